internal import HTTPTypes
internal import Hummingbird
internal import OCI

extension RegistryServer {
    /// Bytes of one write of an answer. Small, since the server below accepts far more than the client has read.
    private static let writeSize = 32 << 10

    func blob(_ digest: Digest, in route: RegistryRoute, _ request: Request) throws -> Response {
        guard request.method == .get || request.method == .head else { throw Self.unsupported(request) }
        let repository = try route.name()
        guard let size = storage.size(of: digest, in: repository) else {
            throw RegistryFault(.blobUnknown, "\(repository) has no content \(digest)")
        }
        var fields: HTTPFields = [
            .contentType: "application/octet-stream", .contentDigest: digest.description, .acceptRanges: "bytes",
            .apiVersion: "registry/2.0",
            .eTag: "\"\(digest)\"",
        ]
        // Only content of this digest is ever here, so the condition holds or is about something else (RFC 9110, 13.1.5).
        let isConditionMet = request.headers[.ifRange].map { $0 == fields[.eTag] } ?? true
        switch ByteRange(request.method == .get && isConditionMet ? request.headers[.range] : nil, size: size) {
        case .unsatisfiable:
            throw RegistryFault(.rangeInvalid, "the content has \(size) bytes", fields: [.contentRange: "bytes */\(size)"])
        case .whole:
            fields[.contentLength] = "\(size)"
            if request.method == .head { return Response(status: .ok, headers: fields) }
            return Response(status: .ok, headers: fields, body: try content(digest, 0..<size))
        case .part(let range):
            fields[.contentLength] = "\(range.count)"
            fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: fields, body: try content(digest, range))
        }
    }

    private func content(_ digest: Digest, _ range: Range<Int>) throws -> ResponseBody {
        let reader = try storage.blobs.reader(of: digest, from: range.lowerBound)
        return ResponseBody(contentLength: range.count) { writer in
            var left = range.count
            while left > 0, let part = try reader.next(upTo: min(left, Self.writeSize)) {
                left -= part.count
                try await writer.write(ByteBuffer(bytes: part))
            }
            try await writer.finish(nil)
        }
    }
}
