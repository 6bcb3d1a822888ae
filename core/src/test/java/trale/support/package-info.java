/// What the tests share: the two arrangements, a check that nothing is left open, futures to play with, system calls.
package trale.support;
