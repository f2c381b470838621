"""loguru with serialize=True: python3 guru.py."""
import sys

from loguru import logger

import events as e

logger.remove()
logger.add(sys.stdout, serialize=True, level=0, backtrace=False, diagnose=False)

for level in ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL"):
    logger.log(level, f"level {level}")
logger.bind(**e.FIELDS).info("order accepted")
try:
    e.fail()
except RuntimeError:
    logger.exception("payment failed")
logger.info(e.MULTILINE)
logger.bind(trace_id=e.TRACE_ID, span_id=e.SPAN_ID).info("order priced")
logger.bind(**e.ACCESS).info("")
