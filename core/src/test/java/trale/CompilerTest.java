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

    @Test // J1
    void anAwaitKeepsTheValuesOnTheOperandStack() throws Exception {
        compare("Operands");
    }

    @Test // J2
    void anAwaitMayStandAmongTheArgumentsOfNew() throws Exception {
        compare("Objects");
        compare("Uninitialized");
    }

    @Test // J3
    void aBodyUsesMembersThatOnlyItsClassMayUse() throws Exception {
        compare("Members");
    }

    @Test // J4
    void tryCatchAndFinallyKeepTheirWaysOut() throws Exception {
        compare("Exceptions");
    }

    @Test // J4
    void resourcesAreClosedAndCleanupMayWait() throws Exception {
        compare("Resources");
    }

    @Test // J5, J6
    void localsOfEveryKindKeepTheirValuesAlsoAssignedOnOnePathOnly() throws Exception {
        compare("Locals");
    }

    @Test // J5
    void boxesConversionsAndStringsKeepTheirValues() throws Exception {
        compare("Boxes");
    }

    @Test // J7
    void loopsAndConditionsMayAwait() throws Exception {
        compare("Loops");
    }

    @Test // J8
    void switchMayAwaitInAllItsForms() throws Exception {
        compare("Switches");
    }

    @Test // J8
    void patternsAndVariablesWithoutANameWork() throws Exception {
        compare("Patterns");
    }

    @Test // J9
    void bodiesLambdasAndClassesMayStandInsideOfBodies() throws Exception {
        compare("Nesting");
    }

    @Test // J9
    void aBodyWorksWhereverItMayStand() throws Exception {
        compare("Places");
    }

    @Test // J10
    void capturesOfEveryKindAreRead() throws Exception {
        compare("Captures");
    }

    @Test // J11
    void aMethodReferenceToTheSameClassIsABody() throws Exception {
        compare("References");
    }

    @Test // J9
    void aBodyWorksWhereverALambdaMayStandAndInEveryForm() throws Exception {
        compare("Forms");
    }

    @Test // J22
    void aNullPointerExceptionSaysWhatThePlainOneSays() throws Exception {
        compare("Nulls");
    }
}
