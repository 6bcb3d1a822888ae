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
        var file = find(request.target());
        try {
            var size = Files.size(file);
            var range = HttpRange.of(get && request.field("if-range").isEmpty() ? request.field("range") : "", size);
            var type = HttpResponse.typeOf(file.getFileName().toString());
            var body = FileChannel.open(file).position(range.from());
            return new HttpResponse(
                    range.status(), type, range.fields() + "Accept-Ranges: bytes\n", body, range.end() - range.from());
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
