import static book.learn.Expect.equal;

import java.util.ArrayList;
import java.util.List;

void main() {
    var alarm = new Alarm();
    var calls = new ArrayList<Long>();
    alarm.arm(calls::add);
    equal(List.of(), calls, "the calls without a deadline");
    alarm.put(300);
    alarm.arm(calls::add);
    alarm.arm(calls::add);
    equal(List.of(300L), calls, "the calls of two turns with one deadline at 300");
    alarm.put(500);
    alarm.arm(calls::add);
    equal(List.of(300L), calls, "the calls after a later deadline was put in");
    alarm.put(100);
    alarm.arm(calls::add);
    equal(List.of(300L, 100L), calls, "the calls after an earlier deadline was put in");
    alarm.remove(100);
    alarm.arm(calls::add);
    equal(List.of(300L, 100L), calls, "the calls after the earliest deadline was removed (the clock may ring in vain)");
    alarm.rang(100);
    alarm.arm(calls::add);
    equal(List.of(300L, 100L, 300L), calls, "the calls after the clock has rung at 100");
}
