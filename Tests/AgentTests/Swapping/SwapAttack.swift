import Glibc

@testable import Agent

/// What can be done to the files between which a version goes from the store to the host.
enum SwapAttack: String, CaseIterable, Sendable {
    case blobWritten, blobTruncated, blobReplaced, blobLinked, blobHardLinked, blobRemoved, blobIsDirectory
    case manifestReplaced, signatureReplaced, configurationChanged
    case incomingWritten, incomingReplaced, incomingLinked
    case fileWritten, fileTruncated, fileReplaced, fileLinked, fileHardLinked, fileRemoved, fileAdded, documentReplaced
    case versionReplaced, versionLinked, versionsReplaced, versionsLinked, slotReplaced, aboveReplaced
    case currentRelinked, currentIsDirectory, currentRemoved

    /// Where everything lies that is attacked, and the attacker's own files: bytes of the same length, and a slot's directory made of them.
    struct Site: Sendable {
        var blob: String
        var manifest: String
        var signature: String
        var stored: String
        var slot: String
        var version: String
        var evil: String
        var scratch: String
        var evilBytes: [UInt8]

        var versionPath: String { "\(slot)/versions/\(version)" }
        var incoming: String { "\(slot)/versions/.incoming-\(version)/libfilter.so" }
        var evilFile: String { "\(evil)/versions/\(version)/libfilter.so" }
    }

    /// Those by which a host could come to load something else.
    static let ofThePath = allCases.drop { $0 != .fileWritten }

    /// Whether what is done with a path depends on what this attacks: the path itself, what is in it, and the directory that it stands in.
    func concerns(_ path: String, _ site: Site) -> Bool {
        let target = target(site)
        return path == target || path.hasPrefix("\(target)/") || path == Disk.real.parent(of: target) || path.hasPrefix("\(target).")
    }

    private func target(_ site: Site) -> String {
        switch self {
        case .blobWritten, .blobTruncated, .blobReplaced, .blobLinked, .blobHardLinked, .blobRemoved, .blobIsDirectory: site.blob
        case .manifestReplaced: site.manifest
        case .signatureReplaced: site.signature
        case .configurationChanged: site.stored
        case .incomingWritten, .incomingReplaced, .incomingLinked: site.incoming
        case .fileWritten, .fileTruncated, .fileReplaced, .fileLinked, .fileHardLinked, .fileRemoved: "\(site.versionPath)/libfilter.so"
        case .fileAdded: "\(site.versionPath)/libc.so.6"
        case .documentReplaced: "\(site.versionPath)/config.json"
        case .versionReplaced, .versionLinked: site.versionPath
        case .versionsReplaced, .versionsLinked: "\(site.slot)/versions"
        case .slotReplaced: site.slot
        case .aboveReplaced: Disk.real.parent(of: site.slot)
        case .currentRelinked, .currentIsDirectory, .currentRemoved: "\(site.slot)/current"
        }
    }

    typealias Undo = @Sendable () -> Void

    /// Does it. Returns how to undo it; nil when there is nothing there to do it to.
    func strike(_ site: Site) -> Undo? {
        let file = "\(site.versionPath)/libfilter.so"
        return switch self {
        case .blobWritten: write(site.blob, site.evilBytes)
        case .blobTruncated: write(site.blob, [])
        case .blobReplaced: replace(site.blob, site) { copy(site.evilFile, $0) }
        case .blobLinked: replace(site.blob, site) { symlink(site.evilFile, $0) }
        case .blobHardLinked: replace(site.blob, site) { link(site.evilFile, $0) }
        case .blobRemoved: replace(site.blob, site) { _ in }
        case .blobIsDirectory: replace(site.blob, site) { mkdir($0, 0o755) }
        case .manifestReplaced: replace(site.manifest, site) { copy(site.evilFile, $0) }
        case .signatureReplaced: replace(site.signature, site) { copy(site.evilFile, $0) }
        case .configurationChanged: change(site.stored, from: "salve", to: "havoc")
        case .incomingWritten: write(site.incoming, site.evilBytes)
        case .incomingReplaced: replace(site.incoming, site) { copy(site.evilFile, $0) }
        case .incomingLinked: replace(site.incoming, site) { symlink(site.evilFile, $0) }
        case .fileWritten: write(file, site.evilBytes)
        case .fileTruncated: write(file, [])
        case .fileReplaced: replace(file, site) { copy(site.evilFile, $0) }
        case .fileLinked: replace(file, site) { symlink(site.evilFile, $0) }
        case .fileHardLinked: replace(file, site) { link(site.evilFile, $0) }
        case .fileRemoved: replace(file, site) { _ in }
        case .fileAdded: add("\(site.versionPath)/libc.so.6", site)
        case .documentReplaced: change("\(site.versionPath)/config.json", from: "salve", to: "havoc")
        case .versionReplaced: replace(site.versionPath, site) { rename("\(site.evil)/versions/\(site.version)", $0) }
        case .versionLinked: replace(site.versionPath, site) { symlink("\(site.evil)/versions/\(site.version)", $0) }
        case .versionsReplaced: replace("\(site.slot)/versions", site) { rename("\(site.evil)/versions", $0) }
        case .versionsLinked: replace("\(site.slot)/versions", site) { symlink("\(site.evil)/versions", $0) }
        case .slotReplaced: replace(site.slot, site) { rename(site.evil, $0) }
        case .aboveReplaced: replace(Disk.real.parent(of: site.slot), site) { rename(Disk.real.parent(of: site.evil), $0) }
        case .currentRelinked: replace("\(site.slot)/current", site) { symlink("\(site.evil)/versions/\(site.version)", $0) }
        case .currentIsDirectory: replace("\(site.slot)/current", site) { rename("\(site.evil)/versions/\(site.version)", $0) }
        case .currentRemoved: replace("\(site.slot)/current", site) { _ in }
        }
    }

    /// Other bytes in the very file.
    private func write(_ path: String, _ bytes: [UInt8]) -> Undo? {
        guard let before = try? Disk.real.read(path) else { return nil }
        @Sendable func put(_ bytes: [UInt8]) {
            var about = stat()
            guard lstat(path, &about) == 0, about.st_mode & S_IFMT == S_IFREG else { return }
            chmod(path, 0o644)
            let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            close(descriptor)
            chmod(path, about.st_mode & 0o777)
        }
        put(bytes)
        return { put(before) }
    }

    private func change(_ path: String, from old: String, to new: String) -> Undo? {
        guard let bytes = try? Disk.real.read(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let place = text.indices.first(where: { text[$0...].hasPrefix(old) }) else { return nil }
        let end = text.index(place, offsetBy: old.count)
        return write(path, Array((text[..<place] + new + text[end...]).utf8))
    }

    /// Something else under the name.
    private func replace(_ path: String, _ site: Site, _ put: (String) -> Void) -> Undo? {
        guard Disk.real.exists(path) else { return nil }
        let saved = "\(site.scratch)/saved"
        try? Disk.real.removeTree(saved)
        loosen(path)
        guard rename(path, saved) == 0 else { return nil }
        put(path)
        return {
            try? Disk.real.removeTree(path)
            rename(saved, path)
        }
    }

    private func add(_ path: String, _ site: Site) -> Undo? {
        guard Disk.real.isDirectory(site.versionPath, followingLinks: false) else { return nil }
        loosen(path)
        copy(site.evilFile, path)
        return { unlink(path) }
    }

    /// Who has the agent's rights can give itself back those to write in its directories.
    private func loosen(_ path: String) { chmod(Disk.real.parent(of: path), 0o755) }

    private func copy(_ source: String, _ target: String) {
        guard let bytes = try? Disk.real.read(source), let file = try? Disk.real.create(target) else { return }
        try? file.write(bytes)
    }
}
