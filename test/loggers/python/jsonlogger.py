"""python-json-logger: python3 jsonlogger.py names | numbers."""
import logging
import sys

from pythonjsonlogger import jsonlogger

import events as e

FORMATS = {
    "names": "%(asctime)s %(levelname)s %(name)s %(message)s",
    "numbers": "%(created)f %(levelno)d %(levelname)s %(name)s %(process)d %(threadName)s %(message)s",
}
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(jsonlogger.JsonFormatter(FORMATS[sys.argv[1]], json_ensure_ascii=False))
log = logging.getLogger("shop.checkout")
log.addHandler(handler)
log.setLevel(1)

for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    log.log(getattr(logging, level), "level %s", level)
log.log(25, "level 25")
log.info("order accepted", extra=e.FIELDS)
try:
    e.fail()
except RuntimeError:
    log.exception("payment failed")
log.info(e.MULTILINE)
log.info("order priced", extra=e.OTEL)
log.info(e.ACCESS)  # a dict in the place of the message
log.info("", extra={"order": "1001"})
