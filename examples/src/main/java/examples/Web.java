package examples;

/// A web server for the files of a folder: HTTP/1.1 with GET, HEAD, keep-alive and ranges.
class Web {

    static void main(String... args) throws Exception {
        var command = new Command("""
                web [[HOST:]PORT [FOLDER [SECONDS]]]
                  127.0.0.1:8080 by default, 0 is any free port; FOLDER is this one;
                  SECONDS is how long a client may take over a request, and over each piece of an answer: 10""",
                args, "8080", ".", "10");
        var address = command.address(0);
        var folder = command.folder(1);
        var patience = command.seconds(2);
        command.run("Choose another port: ./trale web PORT", () -> {
            var root = new WebFolder(folder.toRealPath());
            Server.run("http://", address, stream -> new HttpConnection(stream, root, patience).serve(),
                    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /%2f HTTP/1.1\r\n\r\n");
        });
    }
}
