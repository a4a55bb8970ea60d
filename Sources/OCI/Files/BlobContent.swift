internal import HTTPCore

/// Where the bytes of a blob that is pushed come from.
package enum BlobContent: Sendable {
    case bytes([UInt8])
    case file(path: String)

    /// Reads all of it once: type, digest and size.
    package func descriptor(mediaType: String, annotations: [String: String] = [:]) throws -> Descriptor {
        var digester = Digester()
        let next = try parts()
        while let part = try next() { digester.update(part) }
        return Descriptor(mediaType: mediaType, digest: digester.digest, size: digester.count, annotations: annotations)
    }

    /// The bytes part by part, from the start.
    package func parts() throws -> () throws -> [UInt8]? {
        switch self {
        case .bytes(let bytes):
            var isDone = bytes.isEmpty
            return {
                defer { isDone = true }
                return isDone ? nil : bytes
            }
        case .file(let path):
            let reader = try FileReader(path)
            return { try reader.next() }
        }
    }

    func requestBody(size: Int) throws -> RequestBody {
        switch self {
        case .bytes(let bytes): return .bytes(bytes)
        case .file(let path):
            let reader = try FileReader(path)
            return .stream(length: size) { try reader.next() }
        }
    }
}
