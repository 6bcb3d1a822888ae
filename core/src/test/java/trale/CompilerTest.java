package trale;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every construct keeps its meaning: each body of the corpus does the same as plain Java and as a state machine.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CompilerTest {

    private static void compare(String corpus) throws Exception {
        Twin.compare(Class.forName("trale.corpus." + corpus));
    }

    @Test
    void J1_awaitWithValuesOnTheOperandStack() throws Exception {
        compare("Operands");
    }

    @Test
    void J2_awaitAmongTheArgumentsOfNew() throws Exception {
        compare("Objects");
        compare("Uninitialized");
    }

    @Test
    void J3_membersThatOnlyTheEnclosingClassMayUse() throws Exception {
        compare("Members");
    }

    @Test
    void J4_tryCatchFinallyAndTheWaysOutOfThem() throws Exception {
        compare("Exceptions");
    }

    @Test
    void J4_resourcesAndCleanupThatWaits() throws Exception {
        compare("Resources");
    }

    @Test
    void J5_J6_localsOfEveryKindAlsoAssignedOnOnePathOnly() throws Exception {
        compare("Locals");
    }

    @Test
    void J5_boxesConversionsAndStrings() throws Exception {
        compare("Boxes");
    }

    @Test
    void J7_loopsAndConditions() throws Exception {
        compare("Loops");
    }

    @Test
    void J8_switchInAllItsForms() throws Exception {
        compare("Switches");
    }

    @Test
    void J8_patternsAndVariablesWithoutAName() throws Exception {
        compare("Patterns");
    }

    @Test
    void J9_bodiesLambdasAndClassesInsideOfBodies() throws Exception {
        compare("Nesting");
    }

    @Test
    void J9_whereverABodyMayStand() throws Exception {
        compare("Places");
    }

    @Test
    void J10_capturesOfEveryKind() throws Exception {
        compare("Captures");
    }

    @Test
    void J11_methodReferencesToTheSameClass() throws Exception {
        compare("References");
    }

    @Test
    void J9_bodiesWhereverALambdaMayStandAndInEveryForm() throws Exception {
        compare("Forms");
    }

    @Test
    void J22_whatANullPointerExceptionSays() throws Exception {
        compare("Nulls");
    }
}
