import java.util.HashMap;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.message.MapMessage;
import org.apache.logging.log4j.message.ObjectMessage;

/** Log4j 2; the file that log4j2.configurationFile names sets the form. */
public final class Log4j {
    public static void main(String[] args) {
        Logger log = LogManager.getLogger("com.example.shop.Checkout");
        for (Level level : new Level[] {Level.TRACE, Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR, Level.FATAL}) {
            log.log(level, "level " + level);
        }
        log.log(Level.forName("AUDIT", 350), "level AUDIT");
        Map<String, Object> order = new HashMap<>();
        order.put("order", "1001");
        order.put("items", 3);
        order.put("total", 49.9);
        order.put("paid", true);
        order.put("coupon", null);
        log.info(new ObjectMessage(order));
        log.info(new MapMessage<>(Map.of("order", "1001")));
        log.error("payment failed", Events.failure());
        log.info(Events.MULTILINE);
        ThreadContext.put("trace_id", Events.TRACE_ID); // as OpenTelemetry's agent does
        ThreadContext.put("span_id", Events.SPAN_ID);
        ThreadContext.put("trace_flags", "01");
        log.info("order priced");
        ThreadContext.clearAll();
        log.info("");
        LogManager.shutdown();
    }
}
