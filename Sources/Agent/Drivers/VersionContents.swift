import GraftAPI
import JSON
import OCI

/// All that a version's directory holds, byte for byte, and nothing else: the files of the signed manifest, the configuration, and a document
/// that says what the directory is.
struct VersionContents: Sendable, Hashable {
    struct File: Sendable, Hashable {
        var digest: Digest
        var size: Int
        /// Permission bits; nobody may write, not even the agent.
        var mode: UInt32
    }

    /// By path below the version's directory.
    let files: [String: File]
    /// Directories below it.
    let directories: Set<String>
    /// What the driver writes beside the payload.
    let documents: [(name: String, bytes: [UInt8])]

    static let documentMode: UInt32 = 0o444
    static let directoryMode: UInt32 = 0o555

    init(_ revision: VerifiedRevision, slot: String) {
        let about: JSON = [
            "slot": .string(slot), "revision": .string(revision.installed.revision), "version": .string(revision.installed.version),
            "digest": .string(revision.installed.digest), "configHash": .string(revision.installed.configHash),
        ]
        let config = revision.config.map { [("config.json", $0.bytes(.pretty))] } ?? []
        documents = config + [("graft.json", about.bytes(.pretty))]
        var files: [String: File] = [:]
        for file in revision.files {
            files[file.path.description] = File(
                digest: file.content.digest, size: file.content.size, mode: file.mode.bits & ~0o222 | 0o400)
        }
        for document in documents {
            files[document.name] = File(digest: Digest(of: document.bytes), size: document.bytes.count, mode: Self.documentMode)
        }
        self.files = files
        directories = Set(revision.files.flatMap { Self.parents(of: $0.path) })
    }

    static func parents(of path: PayloadPath) -> [String] {
        let text = path.description
        return text.indices.filter { text[$0] == "/" }.map { String(text[..<$0]) }
    }

    /// The names that stand in one of its directories; "" is the version's own.
    func names(in directory: String) -> [String] {
        let prefix = directory.isEmpty ? "" : "\(directory)/"
        let all = Array(files.keys) + directories
        return all.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") && $0 != directory }
            .map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    static func == (left: VersionContents, right: VersionContents) -> Bool {
        left.files == right.files && left.directories == right.directories
    }

    func hash(into hasher: inout Hasher) { hasher.combine(files) }
}
