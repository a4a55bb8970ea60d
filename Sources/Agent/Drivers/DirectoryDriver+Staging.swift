import JSON
import OCI

extension DirectoryDriver {
    /// Names in a version's directory that are the driver's own.
    static let reserved: Set<String> = ["config.json", "graft.json"]

    package func stage(_ revision: VerifiedRevision, from store: ContentStore) async throws {
        guard revision.slot == slot else {
            throw SlotFailure(
                .environment, "RevisionMismatch", "\(revision.installed.revision) is for slot \(revision.slot), not for \(slot)")
        }
        let path = path(of: revision.installed)
        if disk.isDirectory(path, followingLinks: false) {
            if try isIntact(path, revision) { return }
            // Never written over: a running host may have it mapped. It goes out of the way as it is.
            let discarded = "\(versions)/.discarded-\(DirectoryDriver.directoryName(of: revision.installed))"
            try disk.removeTree(discarded)
            try disk.rename(path, to: discarded)
        } else {
            // A link that leads elsewhere is no version.
            try disk.removeIfPresent(path)
        }
        if let taken = revision.files.first(where: { Self.reserved.contains($0.path.description) }) {
            throw SlotFailure(
                .environment, "ReservedName",
                "the artifact holds a file named \(taken.path), which is the driver's; rename it and push again")
        }
        let incoming = "\(versions)/.incoming-\(DirectoryDriver.directoryName(of: revision.installed))"
        try disk.removeTree(incoming)
        do {
            try disk.makeDirectories(incoming)
            for file in revision.files { try copy(file, from: store, into: incoming) }
            try write(documents(revision), into: incoming)
        } catch let error as FileError {
            try? disk.removeTree(incoming)
            throw error
        }
        for directory in Set(revision.files.flatMap { parents(of: $0.path) }) { try disk.syncDirectory("\(incoming)/\(directory)") }
        try disk.syncDirectory(incoming)
        try disk.rename(incoming, to: path)
        try disk.syncDirectory(versions)
        try disk.removeTree("\(versions)/.discarded-\(DirectoryDriver.directoryName(of: revision.installed))")
    }

    package func retain(_ revisions: Set<InstalledRevision>) async throws {
        let kept = Set(revisions.map { DirectoryDriver.directoryName(of: $0) })
        let linked = disk.target(ofLink: current)
        for name in try disk.names(in: versions) where !kept.contains(name) && linked != "versions/\(name)" {
            try disk.removeTree("\(versions)/\(name)")
        }
    }

    private func copy(_ file: ModuleArtifact.File, from store: ContentStore, into directory: String) throws {
        for parent in parents(of: file.path) { try disk.makeDirectories("\(directory)/\(parent)") }
        let copy = try disk.create("\(directory)/\(file.path)", mode: file.mode.bitsOnHosts)
        var digester = Digester(file.content.digest.algorithm)
        do {
            try disk.read(store.path(of: file.content.digest)) { part in
                digester.update(part)
                try copy.write(part)
            }
        } catch let error as FileError where error.isAbsence {
            throw SlotFailure(.environment, SlotFailure.missing, "\(file.path) (\(file.content.digest)) is not in the store of this host")
        }
        guard digester.digest == file.content.digest else { throw try store.discardDamaged(file.content.digest) }
        try copy.sync()
    }

    private func write(_ documents: [(name: String, bytes: [UInt8])], into directory: String) throws {
        for document in documents {
            let file = try disk.create("\(directory)/\(document.name)")
            try file.write(document.bytes)
            try file.sync()
        }
    }

    /// What stands beside the payload: the configuration, and what this directory is.
    private func documents(_ revision: VerifiedRevision) -> [(name: String, bytes: [UInt8])] {
        let about: JSON = [
            "slot": .string(slot), "revision": .string(revision.installed.revision), "version": .string(revision.installed.version),
            "digest": .string(revision.installed.digest), "configHash": .string(revision.installed.configHash),
        ]
        let config = revision.config.map { [("config.json", $0.bytes(.pretty))] } ?? []
        return config + [("graft.json", about.bytes(.pretty))]
    }

    /// Whether each file is byte for byte what it was staged as, and nothing else is there: hosts may load whatever lies in a directory.
    private func isIntact(_ path: String, _ revision: VerifiedRevision) throws -> Bool {
        let wanted = Set(documents(revision).map(\.name) + revision.files.map(\.path.description))
        let directories = Set(revision.files.flatMap { parents(of: $0.path) })
        guard try holdsOnly(wanted, directories, in: path, below: "") else { return false }
        for document in documents(revision) {
            guard disk.size(of: "\(path)/\(document.name)") == document.bytes.count,
                try disk.read("\(path)/\(document.name)") == document.bytes
            else { return false }
        }
        for file in revision.files {
            guard disk.size(of: "\(path)/\(file.path)") == file.content.size else { return false }
            var digester = Digester(file.content.digest.algorithm)
            try disk.read("\(path)/\(file.path)") { digester.update($0) }
            guard digester.digest == file.content.digest else { return false }
        }
        return true
    }

    private func holdsOnly(_ files: Set<String>, _ directories: Set<String>, in path: String, below: String) throws -> Bool {
        for name in try disk.names(in: path) {
            if disk.isDirectory("\(path)/\(name)", followingLinks: false) {
                guard directories.contains(below + name),
                    try holdsOnly(files, directories, in: "\(path)/\(name)", below: "\(below)\(name)/")
                else { return false }
            } else if !files.contains(below + name) {
                return false
            }
        }
        return true
    }

    private func parents(of path: PayloadPath) -> [String] {
        let text = path.description
        return text.indices.filter { text[$0] == "/" }.map { String(text[..<$0]) }
    }
}
