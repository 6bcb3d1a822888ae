package mass.work;

/// Something that a library is used for. The same seed gives the same result, every time, from the JDK's own classes and from
/// those whose methods were made async bodies.
public interface Work {
    /// {@return all that was seen of the library}
    ///
    /// @throws Exception what the library threw, which is compared too
    String run(long seed) throws Exception;
}
