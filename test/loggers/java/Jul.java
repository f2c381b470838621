import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/** java.util.logging in its default form. */
public final class Jul {
    public static void main(String[] args) {
        Logger log = Logger.getLogger("com.example.shop.Checkout");
        log.setUseParentHandlers(false);
        log.setLevel(Level.ALL);
        StreamHandler out = new StreamHandler(System.out, new SimpleFormatter());
        out.setLevel(Level.ALL);
        log.addHandler(out);
        for (Level level : new Level[] {Level.FINEST, Level.FINER, Level.FINE, Level.CONFIG, Level.INFO, Level.WARNING, Level.SEVERE}) {
            log.log(level, "level " + level);
        }
        log.log(Level.SEVERE, "payment failed", Events.failure());
        log.info(Events.MULTILINE);
        log.info("");
        out.flush();
    }
}
