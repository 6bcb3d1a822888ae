package trale.test;

/// An eventfd (eventfd(2)).
final class EventFile extends File {
    private long counter;

    int add(long n) {
        counter += n;
        wake(IN);
        return 0;
    }

    @Override
    int ready() {
        return counter == 0 ? OUT : IN | OUT;
    }
}
