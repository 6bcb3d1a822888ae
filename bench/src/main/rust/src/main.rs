//! tokio on one thread (`current_thread`), a task a connection: trale's closest relative in Rust.
//!
//!     echo PROTOCOL         echo: bytes back as they came · http: one fixed answer a request · udp: datagrams back
//!                           mixed: what mixed.c asks for
//!
//! Prints "ready PORT" once it listens.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

const BUFFER: usize = 1024;
const BLANK_LINE: &[u8] = b"\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";

fn main() -> io::Result<()> {
    let protocol = std::env::args().nth(1).expect("usage: echo echo|http|udp");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        if protocol == "udp" {
            return echo_datagrams().await;
        }
        if protocol == "mixed" {
            return mixed().await;
        }
        let http = protocol == "http";
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("ready {}", listener.local_addr()?.port());
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let _ = if http { serve(stream).await } else { echo(stream).await };
            });
        }
    })
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; BUFFER];
    loop {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n]).await?;
    }
}

/// A request ends at its blank line, wherever it was split.
async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut requests = [0; BUFFER];
    let mut answers = Vec::with_capacity(BUFFER);
    let mut matched = 0;
    loop {
        let n = stream.read(&mut requests).await?;
        if n == 0 {
            return Ok(());
        }
        answers.clear();
        for &b in &requests[..n] {
            matched = if b == BLANK_LINE[matched] { matched + 1 } else if b == b'\r' { 1 } else { 0 };
            if matched == BLANK_LINE.len() {
                answers.extend_from_slice(ANSWER);
                matched = 0;
            }
        }
        stream.write_all(&answers).await?;
    }
}

async fn echo_datagrams() -> io::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    socket2::SockRef::from(&socket).set_recv_buffer_size(1 << 20)?; // room for 1,000 datagrams, as in the other servers
    println!("ready {}", socket.local_addr()?.port());
    let mut buffer = [0; BUFFER];
    loop {
        let (n, from) = socket.recv_from(&mut buffer).await?;
        socket.send_to(&buffer[..n], from).await?;
    }
}

const PERIOD: Duration = Duration::from_millis(5);

/// How late a timer was, time and again, in microseconds; and when the next one is due.
struct Lateness {
    due: Instant,
    times: Vec<u128>,
}

async fn mixed() -> io::Result<()> {
    let lateness = Arc::new(Mutex::new(Lateness { due: Instant::now() + PERIOD, times: Vec::new() }));
    let timer = lateness.clone();
    tokio::spawn(async move {
        loop {
            let due = Instant::now() + PERIOD;
            timer.lock().unwrap().due = due;
            tokio::time::sleep_until(due.into()).await;
            timer.lock().unwrap().times.push(due.elapsed().as_micros());
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready {}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve_mixed(stream, lateness.clone()));
    }
}

async fn serve_mixed(mut stream: TcpStream, lateness: Arc<Mutex<Lateness>>) -> io::Result<()> {
    let mut buffer = vec![0; 65536];
    match stream.read_u8().await? {
        b'S' => loop {
            stream.write_all(&buffer).await?;
        },
        b'E' => loop {
            let n = stream.read(&mut buffer).await?;
            if n == 0 {
                return Ok(());
            }
            stream.write_all(&buffer[..n]).await?;
        },
        _ => {
            let (mut times, late) = {
                let mut lateness = lateness.lock().unwrap();
                (std::mem::take(&mut lateness.times), lateness.due.elapsed().as_micros()) // one that is due counts, too
            };
            if late > 0 || times.is_empty() {
                times.push(late);
            }
            times.sort_unstable();
            let last = times.len() - 1;
            let text = format!("{} {} {}", times[times.len() / 2], times[times.len() * 99 / 100], times[last]);
            stream.write_all(text.as_bytes()).await
        }
    }
}
