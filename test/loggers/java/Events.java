import java.util.List;
import java.util.Map;

/** The values that every logger gets. */
final class Events {
    static final String MULTILINE = "first line\nsecond line: Grüße, 世界 🚀";
    static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736", SPAN_ID = "00f067aa0ba902b7";
    static final Map<String, Object> CUSTOMER = Map.of("id", 17);
    static final List<String> SKUS = List.of("A-17", "B-2");

    static RuntimeException failure() {
        return new IllegalStateException("charge card", new java.net.ConnectException("connection refused"));
    }

    private Events() {}
}
