package trale.support;

import trale.Executor;

/// Who turns the reactor. What is promised is promised under both.
public enum Arrangement {
    OWN_THREAD,
    REACTOR_THREAD;

    public Executor open(String name) {
        return Executor.builder().name(name).reactorThread(this == REACTOR_THREAD).build();
    }
}
