package book.ch13;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.Async;
import trale.explain.StateGraph;

@Timeout(20)
class StateMachineTest {

    @Test
    void theMachineByHandAndTheCompiledOneDoTheSame() {
        assertEquals(55, Main.value(new Total(new Feed(), 10)));
        assertEquals(55, Main.value(Async.async(Compiled.total(new Feed(), 10))));
    }

    @Test
    void aVariableThatIsNotSavedStartsAnew() {
        assertEquals(10, Main.value(new BrokenTotal(new Feed(), 10)));
    }

    @ParameterizedTest
    @EnumSource(value = Main.Kind.class, names = {"BY_HAND", "COMPILED"})
    void whatIsNotReadAgainIsNotKept(Main.Kind kind) throws Exception {
        assertFalse(Main.keeps(kind));
    }

    @Test
    void aVariableThatIsSavedTooLongKeepsAMegabyte() throws Exception {
        assertTrue(Main.keeps(Main.Kind.BROKEN));
    }

    @Test
    void thePageShowsWhatExplainSays() throws IOException {
        var page = Files.readString(Path.of("pages/13-state-machine.md"));
        assertTrue(page.contains(StateGraph.of(Compiled.total(new Feed(), 1)).toString()), "total");
        assertTrue(page.contains(StateGraph.of(Compiled.header(new Feed(), new Message())).toString()), "header");
    }
}
