import Glibc
package import OCI
import Synchronization

/// Blobs by digest, and which revisions they belong to, in a directory of this agent alone.
///
/// A blob or revision that is there is whole, also after a crash: each is written under a temporary name, hashed while it is
/// written, synced, and renamed. A failed write changes nothing.
package final class ContentStore: Sendable {
    let root: String
    let disk: Disk
    private let writers = Mutex(Writers())
    private let fetches = SingleFlight<Descriptor, Void>()

    private struct Writers {
        var next = 0
        /// Fetches under way: what they bring belongs to no revision yet, so nothing is collected meanwhile.
        var open = 0
    }

    /// Opens or creates the store and removes what was left half-written.
    package init(path: String, disk: Disk = .real) throws {
        root = path
        self.disk = disk
        try disk.removeTree("\(path)/incoming")
        for directory in ["blobs/sha256", "blobs/sha512", "incoming", "revisions"] { try disk.makeDirectories("\(path)/\(directory)") }
    }

    /// Where the blob's bytes are, or would be.
    package func path(of digest: Digest) -> String { "\(root)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

    package func contains(_ digest: Digest) -> Bool { disk.size(of: path(of: digest)) != nil }

    /// The blob, its digest checked.
    /// - Throws: `SlotFailure` when it is absent, longer than `limit`, or damaged; a damaged one is removed so that it is fetched anew.
    package func read(_ digest: Digest, upTo limit: Int = 4 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try read(digest, what: "the content \(digest)") { part in
            bytes += part
            if bytes.count > limit { throw FileError(path(of: digest), "reading", code: EFBIG) }
        }
        return bytes
    }

    /// The blob, part by part, from one file opened once. Nothing may be made of the parts before this returns: the digest is checked last.
    /// - Throws: as `read(_:upTo:)`.
    package func read(_ digest: Digest, what: String, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
        var digester = Digester(digest.algorithm)
        do {
            let file = try disk.openOwn(path(of: digest))
            try file.read { part in
                digester.update(part)
                try take(part)
            }
        } catch let error as FileError where error.path == path(of: digest) {
            if error.isAbsence { throw SlotFailure(.environment, SlotFailure.missing, "\(what) is not in the store of this host") }
            if error.isForeign { throw try discardDamaged(digest) }
            throw error
        }
        guard digester.digest == digest else { throw try discardDamaged(digest) }
    }

    func discardDamaged(_ digest: Digest) throws -> SlotFailure {
        try disk.removeTree(path(of: digest))
        return SlotFailure(.environment, SlotFailure.damaged, "\(path(of: digest)) was damaged; it was removed and is fetched again")
    }

    /// Brings a blob here, unless it is here. Whoever wants the same one meanwhile waits for it; the fetch ends with the last of them.
    package func receive(_ descriptor: Descriptor, from source: any ArtifactSource) async throws {
        if disk.size(of: path(of: descriptor.digest)) == descriptor.size { return }
        try await fetches.value(for: descriptor) { [self] in
            do {
                try await fetch(descriptor, from: source)
            } catch let error as OCIError where error.isReadElsewhereNext {
                try await fetch(descriptor, from: source)
            }
        }
    }

    /// Refuses what would not fit, beside what is here already.
    /// - Throws: `SlotFailure`.
    package func checkRoom(for contents: [Descriptor]) throws {
        var missing: [Digest: Int] = [:]
        for content in contents where disk.size(of: path(of: content.digest)) != content.size { missing[content.digest] = content.size }
        try disk.checkRoom(for: missing.values.reduce(0, +), of: "the artifact", at: root)
    }

    /// How many wait for the blob.
    func waiting(for descriptor: Descriptor) -> Int { fetches.waiting(for: descriptor) }

    private func fetch(_ descriptor: Descriptor, from source: any ArtifactSource) async throws {
        if disk.size(of: path(of: descriptor.digest)) == descriptor.size { return }
        let temporary = temporaryPath()
        do {
            let file = try disk.create(temporary)
            var digester = Digester(descriptor.digest.algorithm)
            try await source.blob(descriptor) { part in
                digester.update(part)
                try file.write(part)
            }
            guard digester.digest == descriptor.digest, digester.count == descriptor.size else {
                throw OCIError(.digestMismatch, "\(source.location): wanted \(descriptor.digest), found \(digester.digest)")
            }
            try place(file, temporary, descriptor.digest)
        } catch {
            try? disk.removeIfPresent(temporary)
            throw error
        }
    }

    /// Stores a document that was checked against its digest.
    package func put(_ bytes: [UInt8], as digest: Digest) throws {
        if disk.size(of: path(of: digest)) == bytes.count { return }
        let temporary = temporaryPath()
        do {
            let file = try disk.create(temporary)
            try file.write(bytes)
            try place(file, temporary, digest)
        } catch {
            try? disk.removeIfPresent(temporary)
            throw error
        }
    }

    private func place(_ file: FileHandle, _ temporary: String, _ digest: Digest) throws {
        try file.sync()
        try disk.rename(temporary, to: path(of: digest))
        try disk.syncDirectory(disk.parent(of: path(of: digest)))
    }

    private func temporaryPath() -> String {
        let number = writers.withLock {
            $0.next += 1
            return $0.next
        }
        return "\(root)/incoming/\(number)"
    }

    /// Runs `body`; nothing is collected until it ends.
    package func withoutCollection<Result>(_ body: () async throws -> Result) async throws -> Result {
        writers.withLock { $0.open += 1 }
        defer { writers.withLock { $0.open -= 1 } }
        return try await body()
    }

    var isWriting: Bool { writers.withLock { $0.open > 0 } }
}
