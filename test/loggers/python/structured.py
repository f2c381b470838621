"""structlog with its JSON renderer: python3 structured.py."""
import structlog

import events as e

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
)
log = structlog.get_logger().bind(logger="shop.checkout")

for level in ("debug", "info", "warning", "error", "critical"):
    getattr(log, level)(f"level {level}")
log.info("order accepted", **e.FIELDS)
try:
    e.fail()
except RuntimeError:
    log.exception("payment failed")
log.info(e.MULTILINE)
structlog.contextvars.bind_contextvars(trace_id=e.TRACE_ID, span_id=e.SPAN_ID)
log.info("order priced")
structlog.contextvars.clear_contextvars()
log.info(**e.ACCESS, event="request")
log.info(None, **e.ACCESS)
log.info("", order="1001")
