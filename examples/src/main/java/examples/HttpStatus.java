package examples;

/// An answer that is no file: a status, and fields that go with it.
final class HttpStatus extends Exception {
    private static final long serialVersionUID = 1;

    private final String fields;

    /// @param status code and reason phrase
    /// @param fields each ends with a new line
    HttpStatus(String status, String fields) {
        super(status, null, false, false); // it tells nothing about this program, so no stack trace
        this.fields = fields;
    }

    HttpStatus(String status) {
        this(status, "");
    }

    String fields() {
        return fields;
    }
}
