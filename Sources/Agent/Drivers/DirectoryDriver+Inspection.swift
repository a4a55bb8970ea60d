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
        let (way, versions) = try slotEntry()
        // The first is the operator's.
        for above in way.dropFirst() + [versions] { try takeBack(above) }
        let directory = try versions.file.directory(Self.directoryName(of: revision))
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

    /// A directory of this agent alone: who else could write there could put another in its place.
    private func takeBack(_ directory: VersionSeal.Held) throws {
        let (file, identity) = (directory.file, directory.identity)
        if identity.owner == geteuid(), identity.permissions & 0o022 != 0 { try file.protect(identity.permissions & ~0o022) }
        if let objection = try file.identity().objection { throw Tampering(file.path, objection) }
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

    /// The directories from the root to the slot's, and `versions`.
    private func slotEntry() throws -> (way: [VersionSeal.Held], versions: VersionSeal.Held) {
        func held(_ file: OpenFile) throws -> VersionSeal.Held { VersionSeal.Held(file: file, identity: try file.identity()) }
        var way = [try held(try disk.openDirectory(settings.directory))]
        for name in slot.split(separator: "/") { way.append(try held(try way.last!.file.directory(String(name)))) }
        return (way, try held(try way.last!.file.directory("versions")))
    }

    /// What a host finds now: its links must lead to what was put there, unchanged, and calls be divided as they were to be.
    /// - Throws: `Tampering`, `FileError`.
    func look(at inPlace: InPlace) throws -> SlotView {
        let (way, versions) = try slotEntry()
        let slot = way.last!
        var entries: [FileIdentity] = []
        for (name, seal) in inPlace.links {
            entries.append(try slot.file.identity(of: name))
            let wanted = "versions/\(Self.directoryName(of: seal.revision))"
            guard let target = slot.file.target(ofLink: name), target == wanted else {
                throw Tampering("\(slotDirectory)/\(name)", "it links to \(slot.file.target(ofLink: name) ?? "nothing"), wanted \(wanted)")
            }
            try compare(seal, versions.file)
        }
        if !inPlace.isDivisionUnknown { entries += try lookAtRouting(inPlace.division?.document, slot.file) }
        var view = SlotView(way: way.map(\.identity), versions: versions.identity, entries: entries)
        // What else stands beside the slots is none of ours, and may change.
        (view.way[0].changed, view.way[0].size, view.way[0].mode) = (0, 0, 0)
        return view
    }

    /// `routing.json` as it was written, or none where none was.
    private func lookAtRouting(_ document: [UInt8]?, _ slot: OpenFile) throws -> [FileIdentity] {
        guard let document else {
            if let stranger = try slot.names().first(where: { $0 == "routing.json" }) {
                throw Tampering("\(slotDirectory)/\(stranger)", "calls are not to be divided")
            }
            return []
        }
        let file = try followingNothing { try slot.file("routing.json") }
        let identity = try file.identity()
        if let objection = identity.objection { throw Tampering(file.path, objection) }
        var found: [UInt8] = []
        if identity.size == document.count { try file.read { found += $0 } }
        guard found == document else { throw Tampering(file.path, "it is not what was written there") }
        return [identity]
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
