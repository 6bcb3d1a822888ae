package models;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 60, unit = SECONDS)
class ModelTest {

    static List<Model<?>> models() {
        return Model.ALL;
    }

    static Stream<Arguments> wrongTwins() {
        return Model.ALL.stream()
                .flatMap(model -> model.all().stream().skip(1).map(twin -> Arguments.of(model.name(), Model.nameOf(twin))));
    }

    private static <T extends Enum<T> & Model.Twin> Interleavings.Result asWritten(Model<T> model) {
        return Interleavings.of(model, model.all().getFirst());
    }

    @ParameterizedTest // S2, E1, E3, E16, E17, E18
    @MethodSource("models")
    void theCodeAsItIsGoesWrongInNoOrderAndEveryOrderComesToItsEnd(Model<?> model) {
        var result = asWritten(model);
        assertEquals(Optional.empty(), result.failure());
        assertTrue(result.orders().isPresent(), "some order goes round for ever");
    }

    @ParameterizedTest
    @MethodSource("wrongTwins")
    void aWrongTwinIsBrokenByAnOrderThatFitsTheTerminal(String model, String twin) {
        var out = new StringBuilder();
        assertEquals(0, Main.run(List.of(model, twin), out), out::toString);
        assertTrue(out.toString().lines().allMatch(line -> line.length() <= 100), out::toString);
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("Then ")), out::toString);
    }

    /// A mistake may name a method or a field that no step quotes.
    @Test
    void whatAMistakeNamesIsInTheCode() throws Exception {
        var code = new StringBuilder();
        try (var files = Files.walk(Path.of("../core/src/main/java"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".java")).toList()) code.append(Files.readString(file));
        }
        var missing = new ArrayList<String>();
        var name = Pattern.compile("\\b[a-z]+[A-Z]\\w*");
        for (var model : Model.ALL) {
            for (var twin : model.all()) {
                name.matcher(twin.mistake()).results().filter(m -> code.indexOf(m.group()) < 0)
                        .forEach(m -> missing.add(model.name() + ": " + m.group()));
            }
        }
        assertEquals(List.of(), missing);
    }

    /// So a renamed method, a renamed field or a changed step breaks the build here, and the model is looked at.
    @ParameterizedTest
    @MethodSource("models")
    void eachStepOfTheCodeAsItIsQuotesTheMethodItNames(Model<?> model) throws Exception {
        var steps = asWritten(model).steps();
        assertTrue(steps.stream().anyMatch(step -> !step.place().isEmpty()), "no step names any code");
        for (var step : steps) assertEquals("", notQuoted(step.place(), step.text()));
    }

    @Test
    void aStepThatQuotesNoCodeIsFound() throws Exception {
        assertEquals("", notQuoted("RunLoop.sleep", "parked = 1"));
        assertNotEquals("", notQuoted("RunLoop.sleep", "parked = 2"));
        assertNotEquals("", notQuoted("RunLoop.slept", "parked = 1"));
        assertNotEquals("", notQuoted("RunLoop.sleep", "driver.wake()")); // of another method
    }

    private static String notQuoted(String place, String text) throws Exception {
        if (place.isEmpty()) return "";
        var name = place.split("\\.");
        try (var files = Files.walk(Path.of("../core/src/main/java"))) {
            var file = files.filter(f -> f.endsWith(name[0] + ".java")).findFirst();
            if (file.isEmpty()) return "there is no class " + name[0];
            var bodies = new ArrayList<String>();
            var method = Pattern.compile("(?m)^    [\\w@<][^\\n(]* " + name[1] + "\\(.*?^    \\}", Pattern.DOTALL)
                    .matcher(Files.readString(file.get()));
            while (method.find()) bodies.add(method.group());
            if (bodies.isEmpty()) return "there is no method " + place;
            return bodies.stream().anyMatch(body -> body.contains(text)) ? "" : place + " does not say: " + text;
        }
    }

    @Test
    void whatIsNoModelOrTwinIsToldAndEndsWith2() {
        var out = new StringBuilder();
        assertEquals(2, Main.run(List.of("slumber"), out));
        assertEquals(2, Main.run(List.of("sleep", "walks"), out));
        assertEquals(2, out.toString().lines().count());
        assertFalse(out.toString().contains("Exception"));
    }

    @Test
    void thePictureOnThePageOfTheModelsIsWhatTheCommandPrints() throws Exception {
        var out = new StringBuilder();
        Main.run(List.of("sleep", "does-not-look-again"), out);
        assertTrue(Files.readString(Path.of("../docs/models.md")).contains("```text\n" + out + "```"), out::toString);
    }

    @Test
    void thePageOfTheModelsTellsOfEachAndHowManyOrdersItHas() throws Exception {
        var page = Files.readString(Path.of("../docs/models.md"));
        for (var model : Model.ALL) {
            var orders = Main.grouped(asWritten(model).orders().orElseThrow());
            assertTrue(page.contains("| `" + model.name() + "` |"), model.name());
            assertTrue(page.contains(model.shows()), model.shows());
            assertTrue(page.contains("| " + orders + " |"), model.name() + ": " + orders);
        }
    }
}
