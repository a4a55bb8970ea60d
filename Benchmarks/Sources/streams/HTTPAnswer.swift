import NIOCore

/// Answers over HTTP/1.1, as far as the controller gives them.
enum HTTPAnswer {
    /// One answer, by its `Content-Length`.
    static func read(
        _ parts: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) async throws -> (status: Int, body: [UInt8]) {
        var bytes: [UInt8] = []
        while true {
            guard let part = try await parts.next(isolation: #isolation) else { throw Complaint("the controller closed a connection") }
            bytes += part.readableBytesView
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n")
            let length = head.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) } ?? 0
            guard bytes.count >= end.upperBound + length else { continue }
            let status = head.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
            return (status, Array(bytes[end.upperBound...]))
        }
    }
}
