"""The values that every logger gets."""

FIELDS = {
    "order": "1001", "items": 3, "total": 49.9, "paid": True, "coupon": None,
    "customer": {"id": 17, "country": "AT"}, "skus": ["A-17", "B-2"],
}
MULTILINE = "first line\nsecond line: Grüße, 世界 🚀"
TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
# The fields that OpenTelemetry's instrumentation of logging adds to each record.
OTEL = {"otelTraceID": TRACE_ID, "otelSpanID": SPAN_ID, "otelTraceSampled": True, "otelServiceName": "checkout"}
ACCESS = {"method": "GET", "path": "/orders", "status": 200, "duration": 12.5}


def fail():
    try:
        raise ConnectionRefusedError("connection refused")
    except ConnectionRefusedError as cause:
        raise RuntimeError("charge card") from cause
