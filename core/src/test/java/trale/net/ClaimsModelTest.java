package trale.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static trale.support.Interleavings.END;
import static trale.support.Interleavings.WAIT;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import trale.support.Interleavings;
import trale.support.Interleavings.Program;

/// [Descriptor] as a model of which every order of steps is tried: two operations that want the same direction, and who
/// closes the socket. Each step of the right one is a line of the code; the wrong twins show that the model would notice.
class ClaimsModelTest {

    enum Twin {
        AS_WRITTEN,
        ENTERS_WITHOUT_LOOKING_WHO_IS_IN,
        READS_CLOSED_BEFORE_IT_ENTERS,
        ENTERS_PLAINLY,
        FORGETS_TO_FREE_WHEN_CLOSED,
        CLOSES_WITHOUT_WAITING,
        LOOKS_WHO_IS_IN_BEFORE_IT_SETS_CLOSED,
        SETS_CLOSED_PLAINLY
    }

    private static final int FREE = 0;
    private static final int CLAIMED = 1;
    private static final int CALLING = 2;

    @ParameterizedTest
    @EnumSource
    void E16_noCallIsMadeByTwoOrOnANumberThatIsClosedAndCloseComesToItsEnd(Twin twin) {
        int user = 0;
        int closed = 1;
        int number = 2; // 1: closed, and a stranger's
        int calls = 3;
        var looksFirst = twin == Twin.READS_CLOSED_BEFORE_IT_ENTERS;
        Program operation = (at, m) -> switch (at) {
            case 0 -> looksFirst && m.get(closed) == 1 ? END : 1;
            case 1 -> { // enter: users.compareAndSet
                if (twin == Twin.ENTERS_WITHOUT_LOOKING_WHO_IS_IN) m.set(user, CALLING);
                else if (twin == Twin.ENTERS_PLAINLY) {
                    if (m.get(user) != FREE) yield END;
                    m.put(user, CALLING);
                } else if (!m.compareAndSet(user, FREE, CALLING)) yield END; // refused
                yield looksFirst ? 3 : 2;
            }
            case 2 -> { // enter: closed.get()
                if (m.get(closed) == 0) yield 3;
                if (twin != Twin.FORGETS_TO_FREE_WHEN_CLOSED) m.put(user, FREE);
                yield END;
            }
            case 3 -> { // the call begins
                assertEquals(0, m.getAndAdd(calls, 1), "two calls at once");
                assertEquals(0, m.get(number), "a call on a stranger's number");
                yield 4;
            }
            case 4 -> { // and ends
                assertEquals(0, m.get(number), "the number was closed while a call was in progress");
                m.getAndAdd(calls, -1);
                yield 5;
            }
            case 5 -> { // leave
                m.put(user, CLAIMED);
                yield 6;
            }
            default -> { // free
                m.put(user, FREE);
                yield END;
            }
        };
        var waits = twin != Twin.CLOSES_WITHOUT_WAITING;
        Program closer = (at, m) -> switch (at) {
            case 0 -> {
                if (twin == Twin.LOOKS_WHO_IS_IN_BEFORE_IT_SETS_CLOSED) yield m.get(user) == CALLING ? WAIT : 2;
                if (twin == Twin.SETS_CLOSED_PLAINLY) m.put(closed, 1);
                else m.set(closed, 1);
                yield 1;
            }
            case 1 -> waits && m.get(user) == CALLING ? WAIT : 3;
            case 2 -> {
                m.set(closed, 1);
                yield 3;
            }
            default -> { // Fd.close
                m.set(number, 1);
                yield END;
            }
        };
        var failure = Interleavings.failure(4, operation, operation, closer);
        if (twin == Twin.AS_WRITTEN) assertEquals("", failure.orElse(""));
        else assertTrue(failure.isPresent(), "the wrong twin passes: this model shows nothing");
    }
}
