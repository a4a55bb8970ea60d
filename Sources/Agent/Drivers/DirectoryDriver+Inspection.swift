import Glibc
import KubeRuntime
import OCI

extension DirectoryDriver {
    /// Opens all that a version's directory holds, each once and none through a link, and reads it through what was opened.
    ///
    /// Everything must be there and nothing else, belong to this agent, be writable for nobody, and have the verified bytes. Rights that are
    /// wider than that are taken back first, when the files are this agent's.
    /// - Throws: `Tampering`; `FileError` when that can't be told.
    func inspect(_ revision: InstalledRevision, _ contents: VersionContents) async throws -> VersionSeal {
        let files = try opened(revision, contents)
        let newest = files.values.map(\.identity.changed).max() ?? 0
        try await waitUntilPast(newest)
        for (path, held) in files.sorted(by: { $0.key < $1.key }) {
            if let wanted = contents.files[path] {
                var digester = Digester(wanted.digest.algorithm)
                try held.file.read { part in
                    digester.update(part)
                    if digester.count > wanted.size {
                        throw Tampering(held.file.path, "longer than the \(wanted.size) bytes that were signed")
                    }
                }
                guard digester.digest == wanted.digest else {
                    throw Tampering(held.file.path, "found \(digester.digest), wanted \(wanted.digest)")
                }
            }
            guard try held.file.identity() == held.identity else { throw Tampering(held.file.path, "changed while it was read") }
        }
        return VersionSeal(revision: revision, held: files)
    }

    private func opened(_ revision: InstalledRevision, _ contents: VersionContents) throws -> [String: VersionSeal.Held] {
        let directory = try slotEntry().versions.file.directory(Self.directoryName(of: revision))
        var held: [String: VersionSeal.Held] = [:]
        try open(directory, "", contents, into: &held)
        return held
    }

    private func open(
        _ directory: OpenFile, _ place: String, _ contents: VersionContents, into held: inout [String: VersionSeal.Held]
    ) throws {
        held[place] = try hold(directory, mode: VersionContents.directoryMode)
        let (found, wanted) = (try directory.names(), contents.names(in: place))
        if let stranger = found.first(where: { !wanted.contains($0) }) {
            throw Tampering("\(directory.path)/\(stranger)", "it does not belong to the version")
        }
        if let missing = wanted.first(where: { !found.contains($0) }) { throw Tampering("\(directory.path)/\(missing)", "it is gone") }
        for name in wanted {
            let path = place.isEmpty ? name : "\(place)/\(name)"
            if contents.directories.contains(path) {
                try open(try followingNothing { try directory.directory(name) }, path, contents, into: &held)
                continue
            }
            let wanted = contents.files[path]!
            held[path] = try hold(try followingNothing { try directory.file(name) }, mode: wanted.mode)
            let size = held[path]!.identity.size
            guard size == wanted.size else { throw Tampering("\(directory.path)/\(name)", "found \(size) bytes, wanted \(wanted.size)") }
        }
    }

    /// Something else than a file or directory stands there.
    private func followingNothing(_ open: () throws -> OpenFile) throws -> OpenFile {
        do { return try open() } catch let error as FileError where error.isForeign || error.isAbsence {
            throw Tampering(error.path, "it is not the file that was put there (\(String(cString: strerror(error.code))))")
        }
    }

    private func hold(_ file: OpenFile, mode: UInt32) throws -> VersionSeal.Held {
        var identity = try file.identity()
        if identity.permissions != mode, identity.owner == geteuid(), identity.isRegular || identity.isDirectory {
            try file.protect(mode)
            identity = try file.identity()
        }
        if let objection = identity.objection { throw Tampering(file.path, objection) }
        try file.settle()
        return VersionSeal.Held(file: file, identity: try file.identity())
    }

    private func slotEntry() throws -> (root: VersionSeal.Held, slot: VersionSeal.Held, versions: VersionSeal.Held) {
        func held(_ file: OpenFile) throws -> VersionSeal.Held { VersionSeal.Held(file: file, identity: try file.identity()) }
        let root = try disk.openDirectory(settings.directory)
        var directory = root
        for name in slot.split(separator: "/") { directory = try directory.directory(String(name)) }
        return (try held(root), try held(directory), try held(try directory.directory("versions")))
    }

    /// What a host finds that follows `current` now: it must lead to what the seal holds, unchanged.
    /// - Throws: `Tampering`, `FileError`.
    func look(through seal: VersionSeal) throws -> SlotView {
        let (root, slot, versions) = try slotEntry()
        let link = try slot.file.identity(of: "current")
        let wanted = "versions/\(Self.directoryName(of: seal.revision))"
        guard let target = slot.file.target(ofLink: "current"), target == wanted else {
            throw Tampering(current, "it links to \(slot.file.target(ofLink: "current") ?? "nothing"), wanted \(wanted)")
        }
        try compare(seal, versions.file)
        var view = SlotView(root: root.identity, slot: slot.identity, versions: versions.identity, link: link)
        // What else stands beside the slots is none of ours, and may change.
        (view.root.changed, view.root.size, view.root.mode) = (0, 0, 0)
        return view
    }

    /// Whether the version's directory is still what was checked, without reading its bytes.
    private func compare(_ seal: VersionSeal, _ versions: OpenFile) throws {
        var directories: [String: OpenFile] = [:]
        // Directories come before what is in them.
        for (path, held) in seal.held.sorted(by: { $0.key < $1.key }) {
            let name = String(path.split(separator: "/").last ?? "")
            let parent = path.split(separator: "/").dropLast().joined(separator: "/")
            let above = path.isEmpty ? versions : directories[parent]!
            let entry = path.isEmpty ? Self.directoryName(of: seal.revision) : name
            let found = try above.identity(of: entry)
            guard found == held.identity else {
                let what = found.isSameFile(as: held.identity) ? "it was changed since it was checked" : "another file stands there"
                throw Tampering("\(above.path)/\(entry)", what)
            }
            if held.identity.isDirectory { directories[path] = try followingNothing { try above.directory(entry) } }
        }
    }

    /// Waits until whatever happens next shows in the change time, a few milliseconds at most.
    func waitUntilPast(_ changed: Int64) async throws {
        for _ in 0..<100 where !disk.isPast(changed) { try await surroundings.sleep(.milliseconds(1)) }
    }
}
