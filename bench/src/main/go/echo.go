// Go's net package, a goroutine a connection: the peer with the best-known green threads.
//
//	echo PROTOCOL         echo: bytes back as they came · http: net/http · udp: datagrams back
//
// Prints "ready PORT" once it listens. GOMAXPROCS is the number of cores the process may use: one, under taskset.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

const bufferSize = 1024

func main() {
	if os.Args[1] == "udp" {
		socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		check(err)
		check(socket.SetReadBuffer(1 << 20)) // room for 1,000 datagrams, as in the other servers
		fmt.Println("ready", socket.LocalAddr().(*net.UDPAddr).Port)
		echoDatagrams(socket)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	check(err)
	fmt.Println("ready", listener.Addr().(*net.TCPAddr).Port)
	if os.Args[1] == "http" {
		check(http.Serve(listener, http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
			answer.Header().Set("Content-Type", "text/plain")
			_, _ = answer.Write([]byte("Hello, World!"))
		})))
	}
	for {
		connection, err := listener.Accept()
		check(err)
		go echo(connection)
	}
}

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, bufferSize)
	for {
		n, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err = connection.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func echoDatagrams(socket *net.UDPConn) {
	buffer := make([]byte, bufferSize)
	for {
		n, from, err := socket.ReadFromUDPAddrPort(buffer)
		check(err)
		_, _ = socket.WriteToUDPAddrPort(buffer[:n], from)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
