package examples;

import module java.base;

/// The files below a folder, and nothing else. All of it blocks.
///
/// @param root without symbolic links
record WebFolder(Path root) {
    private static final Pattern TARGET = Pattern.compile("(?:(?i:https?)://[^/?]*)?/*([^?]*)(.*)");

    HttpResponse answer(HttpRequest request) throws HttpStatus {
        var get = request.method().equals("GET");
        if (!get && !request.method().equals("HEAD")) throw new HttpStatus("405 Method Not Allowed", "Allow: GET, HEAD\n");
        return open(find(request.target()), get && request.field("if-range").isEmpty() ? request.field("range") : "");
    }

    /// @param file was there a moment ago
    static HttpResponse open(Path file, String range) throws HttpStatus {
        try {
            var body = FileChannel.open(file);
            try {
                var part = HttpRange.of(range, body.size());
                var type = HttpResponse.typeOf(file.getFileName().toString());
                body.position(part.from());
                return new HttpResponse(part.status(), type, part.fields() + "Accept-Ranges: bytes\n", body, part.end() - part.from());
            } catch (Throwable t) {
                body.close();
                throw t;
            }
        } catch (NoSuchFileException e) {
            throw new HttpStatus("404 Not Found");
        } catch (IOException e) {
            System.err.println(e); // of no concern to the client
            throw new HttpStatus("500 Internal Server Error");
        }
    }

    private Path find(String target) throws HttpStatus {
        var m = TARGET.matcher(target);
        if (!m.matches() || !target.matches("(/|(?i)https?://).*")) throw new HttpStatus("400 Bad Request");
        var path = decode(m.group(1));
        var file = inside(path);
        if (Files.isDirectory(file)) {
            if (!path.isEmpty() && !path.endsWith("/"))
                throw new HttpStatus("301 Moved Permanently", "Location: /" + m.group(1) + "/" + m.group(2) + "\n");
            file = inside(path + "index.html");
        } else if (path.endsWith("/")) {
            throw new HttpStatus("404 Not Found");
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) throw new HttpStatus("404 Not Found");
        return file;
    }

    private static String decode(String path) throws HttpStatus {
        try {
            var decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8); // + is a space in forms only
            if (decoded.indexOf('\0') < 0) return decoded;
        } catch (IllegalArgumentException e) {
            // such as %zz
        }
        throw new HttpStatus("400 Bad Request");
    }

    /// Looks at the path first, as nothing outside is to be touched, and then at where links lead.
    private Path inside(String path) throws HttpStatus {
        try {
            var file = root.resolve("./" + path).normalize();
            if (file.startsWith(root) && file.toRealPath().startsWith(root)) return file.toRealPath();
        } catch (IOException | InvalidPathException e) {
            // there is no such file
        }
        throw new HttpStatus("404 Not Found");
    }
}
