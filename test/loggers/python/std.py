"""logging of the standard library, whose lines are text: python3 std.py."""
import logging
import sys

import events as e

# The form that OpenTelemetry's instrumentation sets.
FORMAT = ("%(asctime)s %(levelname)s [%(name)s] [%(filename)s:%(lineno)d] "
          "[trace_id=%(otelTraceID)s span_id=%(otelSpanID)s] - %(message)s")
logging.basicConfig(stream=sys.stdout, level=1, format=FORMAT)
log = logging.LoggerAdapter(logging.getLogger("shop.checkout"), e.OTEL)

for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    log.log(getattr(logging, level), "level %s", level)
log.log(25, "level 25")
try:
    e.fail()
except RuntimeError:
    log.exception("payment failed")
log.info(e.MULTILINE)
log.info("")
