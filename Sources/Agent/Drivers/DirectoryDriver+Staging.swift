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
        if let taken = revision.files.first(where: { Self.reserved.contains($0.path.description) }) {
            throw SlotFailure(
                .environment, "ReservedName",
                "the artifact holds a file named \(taken.path), which is the driver's; rename it and push again")
        }
        let contents = VersionContents(revision, slot: slot)
        var mended: String?
        if disk.exists(path) {
            do {
                _ = try await inspect(revision.installed, contents)
                return knowledge.staged(revision.installed, contents, mended: nil)
            } catch let tampering as Tampering {
                mended = tampering.description
            } catch let error as FileError where error.isAbsence || error.isForeign {
                mended = error.description
            }
            // Never written over: a running host may have it mapped. It goes out of the way as it is.
            let discarded = "\(versions)/.discarded-\(DirectoryDriver.directoryName(of: revision.installed))"
            try disk.removeTree(discarded)
            try disk.rename(path, to: discarded)
        }
        try place(revision, contents, store)
        do { _ = try await inspect(revision.installed, contents) } catch let tampering as Tampering {
            throw SlotFailure(tampering)
        } catch let error as FileError where error.isAbsence || error.isForeign {
            throw SlotFailure(Tampering(error.path, "\(error)"))
        }
        knowledge.staged(revision.installed, contents, mended: mended)
    }

    /// Puts the whole directory there at once, also when the power fails.
    private func place(_ revision: VerifiedRevision, _ contents: VersionContents, _ store: ContentStore) throws {
        if disk.exists(versions), !disk.isDirectory(versions, followingLinks: false) { try disk.removeIfPresent(versions) }
        let incoming = "\(versions)/.incoming-\(DirectoryDriver.directoryName(of: revision.installed))"
        try disk.removeTree(incoming)
        let bytes = revision.files.reduce(0) { $0 + $1.content.size }
        try disk.checkRoom(for: bytes, of: "version \(revision.installed.version)", at: disk.exists(versions) ? versions : slotDirectory)
        do {
            try disk.makeDirectories(incoming)
            for file in revision.files { try copy(file, from: store, into: incoming) }
            for document in contents.documents {
                let file = try disk.create("\(incoming)/\(document.name)")
                try file.write(document.bytes)
                try file.sync()
            }
        } catch let error as FileError {
            try? disk.removeTree(incoming)
            throw error
        }
        for directory in contents.directories.sorted() { try disk.syncDirectory("\(incoming)/\(directory)") }
        try disk.syncDirectory(incoming)
        try disk.rename(incoming, to: path(of: revision.installed))
        try disk.syncDirectory(versions)
        try disk.removeTree("\(versions)/.discarded-\(DirectoryDriver.directoryName(of: revision.installed))")
    }

    package func retain(_ revisions: Set<InstalledRevision>) async throws {
        let kept = Set(revisions.map { DirectoryDriver.directoryName(of: $0) })
        let linked = Set([current, canary].compactMap { disk.target(ofLink: $0) })
        knowledge.retain(revisions)
        for name in try disk.names(in: versions) where !kept.contains(name) && !linked.contains("versions/\(name)") {
            try disk.removeTree("\(versions)/\(name)")
        }
    }

    private func copy(_ file: ModuleArtifact.File, from store: ContentStore, into directory: String) throws {
        for parent in VersionContents.parents(of: file.path) { try disk.makeDirectories("\(directory)/\(parent)") }
        let copy = try disk.create("\(directory)/\(file.path)", mode: file.mode.bitsOnHosts)
        var count = 0
        try store.read(file.content.digest, what: "\(file.path) (\(file.content.digest))") { part in
            count += part.count
            guard count <= file.content.size else { throw try store.discardDamaged(file.content.digest) }
            try copy.write(part)
        }
        try copy.sync()
    }
}
