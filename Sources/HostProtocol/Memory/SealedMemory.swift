import CHostSocket
import Glibc

/// A file in memory that has no path, and that nobody can change once it is sealed: not its bytes, not its length, not its seals.
package struct SealedMemory: Sendable {
    package let descriptor: Descriptor

    private init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// A moment while it is made: for tests, which have others strike there.
    package enum Step: String, Sendable, Hashable, CaseIterable { case made, written, sealed, checked }

    /// Makes one of what `fill` writes, and seals it. What it holds then is what may be trusted, and is yet to be looked at: whoever has the
    /// rights of this process can write into it before it is sealed.
    /// - Parameters:
    ///   - name: for people who look at a process's maps.
    ///   - isExecutable: whether the file itself may be executed; what is mapped from it may always be.
    /// - Throws: what `fill` throws, `SystemFailure`; with `EBUSY` when somebody else has it mapped for writing.
    package static func make(
        named name: String, isExecutable: Bool, at step: (Step, Descriptor) -> Void = { _, _ in },
        _ fill: (_ write: (ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws -> SealedMemory {
        let file = graft_memory_file(String(decoding: name.utf8.suffix(200), as: UTF8.self), isExecutable ? 1 : 0)
        guard file >= 0 else { throw SystemFailure("making a file in memory for \(name)") }
        let memory = SealedMemory(Descriptor(file))
        step(.made, memory.descriptor)
        try fill { part in try memory.write(part, name) }
        step(.written, memory.descriptor)
        guard fchmod(file, isExecutable ? 0o555 : 0o444) == 0, graft_seal(file) == 0 else {
            throw SystemFailure("sealing the memory of \(name)")
        }
        step(.sealed, memory.descriptor)
        return memory
    }

    private func write(_ bytes: ArraySlice<UInt8>, _ name: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemFailure("writing into the memory of \(name)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Takes what somebody else made.
    /// - Throws: `ProtocolViolation` when it isn't sealed with all four seals, or has another size.
    package init(checking descriptor: Descriptor, size: Int) throws(ProtocolViolation) {
        var about = stat()
        guard fstat(descriptor.number, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
            throw ProtocolViolation("the descriptor is no file")
        }
        // Before the size is looked at: from then on it stays.
        guard graft_is_sealed(descriptor.number) == 1 else {
            throw ProtocolViolation("the file isn't sealed against writing, shrinking, growing and further seals")
        }
        guard fstat(descriptor.number, &about) == 0, Int(about.st_size) == size else {
            throw ProtocolViolation("the file has \(about.st_size) bytes, \(size) were announced")
        }
        self.descriptor = descriptor
    }

    package var size: Int {
        var about = stat()
        return fstat(descriptor.number, &about) == 0 ? Int(about.st_size) : -1
    }

    /// The whole content, part by part.
    package func read(_ take: (ArraySlice<UInt8>) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor.number, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemFailure("reading sealed memory") }
            if count == 0 { return }
            offset += off_t(count)
            try take(buffer[..<count])
        }
    }
}
