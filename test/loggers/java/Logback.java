import static net.logstash.logback.argument.StructuredArguments.kv;
import static net.logstash.logback.argument.StructuredArguments.value;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.MarkerFactory;

/** Logback; the file that logback.configurationFile names sets the form: logstash, json or pattern. */
public final class Logback {
    public static void main(String[] args) {
        Logger log = LoggerFactory.getLogger("com.example.shop.Checkout");
        log.trace("level trace");
        log.debug("level debug");
        log.info("level info");
        log.warn("level warn");
        log.error("level error");
        log.info("order accepted: {} {} {} {} {} {} {}", value("order", "1001"), value("items", 3), value("total", 49.9),
            value("paid", true), kv("coupon", null), value("customer", Events.CUSTOMER), value("skus", Events.SKUS));
        log.info(MarkerFactory.getMarker("AUDIT"), "order accepted");
        log.error("payment failed", Events.failure());
        log.info(Events.MULTILINE);
        MDC.put("trace_id", Events.TRACE_ID); // as OpenTelemetry's agent does
        MDC.put("span_id", Events.SPAN_ID);
        MDC.put("trace_flags", "01");
        log.info("order priced");
        MDC.clear();
        MDC.put("traceId", Events.TRACE_ID); // as Micrometer does
        MDC.put("spanId", Events.SPAN_ID);
        log.info("order priced");
        MDC.clear();
        log.info((String) null);
        log.info("");
    }
}
