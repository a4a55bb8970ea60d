import HostProtocol

/// A file of a module, open, in memory that nobody can change: neither whoever made it, nor this process, nor anybody else.
///
/// All seals were checked before this was made. The descriptor is closed when the last reference to this object goes.
public final class HostFile: Sendable {
    /// Where it lies in the artifact: a relative path, such as `lib/filter.so`. Nothing stands there on any disk.
    public let name: String
    /// In bytes.
    public let size: Int
    /// Of its bytes, as signed: `sha256:…` or `sha512:…`.
    public let digest: String
    /// Whether the artifact says that it may be executed.
    public let isExecutable: Bool

    private let memory: SealedMemory

    init(_ file: AgentMessage.ModuleFile, _ memory: SealedMemory) {
        (name, size, digest, isExecutable) = (file.name, file.size, file.digest, file.isExecutable)
        self.memory = memory
    }

    /// Open for reading from any offset, close-on-exec. Valid as long as this object is held; close a duplicate of it, never this one.
    public var descriptor: Int32 { memory.descriptor.number }

    /// The whole content.
    /// - Throws: `HostRefusal` when it is longer than `limit` bytes, or can't be read.
    public func bytes(upTo limit: Int = 16 << 20) throws -> [UInt8] {
        guard size <= limit else { throw HostRefusal("\(name) has \(size) bytes, at most \(limit) are read") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        do { try memory.read { bytes += $0 } } catch { throw HostRefusal("\(name): \(error)") }
        return bytes
    }
}
