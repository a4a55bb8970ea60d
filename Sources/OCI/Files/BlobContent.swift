internal import HTTPCore
internal import Synchronization

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

    /// A part of the content, for one request.
    func requestBody(_ range: Range<Int>) throws -> RequestBody {
        switch self {
        case .bytes(let bytes): return .bytes(range == bytes.indices ? bytes : Array(bytes[range.clamped(to: bytes.indices)]))
        case .file(let path):
            let reader = try FileReader(path, from: range.lowerBound)
            let left = Mutex(range.count)
            return .stream(length: range.count) {
                let part = try reader.next(upTo: left.withLock { $0 })
                left.withLock { $0 -= part?.count ?? 0 }
                return part
            }
        }
    }
}
