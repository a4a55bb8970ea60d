import NIOCore

/// A proxy's side of a connection to a client: what an answer is made of.
struct ProxiedClient: Sendable {
    /// Nothing more is to be sent.
    struct Over: Error {}

    let connection: ProxyConnection

    func head(_ status: Int, _ fields: [String]) async throws {
        let lines = ["HTTP/1.1 \(status) By-the-proxy"] + fields + ["Transfer-Encoding: chunked", "Connection: close", "", ""]
        try await connection.write(ByteBuffer(string: lines.joined(separator: "\r\n")))
    }

    /// - Throws: `Over` after a step that is the last.
    func perform(_ step: ProxyStep) async throws {
        switch step {
        case .send(let bytes):
            guard !bytes.isEmpty else { return }
            var chunk = ByteBuffer(string: String(bytes.count, radix: 16) + "\r\n")
            chunk.writeBytes(bytes)
            chunk.writeString("\r\n")
            try await connection.write(chunk)
            return
        case .wait(let duration):
            try await Task.sleep(for: duration)
            return
        case .hold(let condition):
            while condition() { try await Task.sleep(for: .milliseconds(2)) }
            return
        case .reset: try await connection.reset()
        case .drop: connection.close()
        case .stall: try await Task.sleep(for: .seconds(3600))
        case .end: try await connection.write(ByteBuffer(string: "0\r\n\r\n"))
        }
        throw Over()
    }
}
