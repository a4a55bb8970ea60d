import Glibc
import HostProtocol
import JSON
import OCI

/// A verified version in sealed memory: what a host is handed. Nobody can change it any more, whoever they are.
final class SealedModule: Sendable {
    struct File: Sendable {
        var about: AgentMessage.ModuleFile
        var memory: SealedMemory
    }

    let installed: InstalledRevision
    let files: [File]

    private init(_ installed: InstalledRevision, _ files: [File]) {
        self.installed = installed
        self.files = files
    }

    var identity: ModuleIdentity { ModuleIdentity(installed) }

    /// Copies a version out of the store into memory, seals it, and hashes what is sealed: just that is handed over.
    /// - Throws: `SlotFailure`; `Tampered` when somebody wrote into the memory before it was sealed, or has it mapped for that.
    static func seal(_ revision: VerifiedRevision, from store: ContentStore, _ disk: Disk) throws -> SealedModule {
        var files: [File] = []
        for file in revision.files {
            let name = file.path.description
            let about = AgentMessage.ModuleFile(
                name: name, size: file.content.size, digest: file.content.digest.description, isExecutable: file.mode.bits & 0o111 != 0)
            files.append(
                try seal(about, file.content.digest, disk) { write in
                    var count = 0
                    try store.read(file.content.digest, what: "\(name) (\(file.content.digest))") { part in
                        count += part.count
                        guard count <= file.content.size else { throw try store.discardDamaged(file.content.digest) }
                        try write(part)
                    }
                })
        }
        if let config = revision.config {
            let bytes = config.bytes(.pretty)
            let digest = Digest(of: bytes)
            let about = AgentMessage.ModuleFile(
                kind: .configuration, name: "config.json", size: bytes.count, digest: digest.description)
            files.append(try seal(about, digest, disk) { write in try write(bytes[...]) })
        }
        return SealedModule(revision.installed, files)
    }

    private static func seal(
        _ about: AgentMessage.ModuleFile, _ digest: Digest, _ disk: Disk,
        _ fill: (_ write: (ArraySlice<UInt8>) throws -> Void) throws -> Void
    ) throws -> File {
        let memory: SealedMemory
        do {
            memory = try SealedMemory.make(
                named: "graft:\(about.name)", isExecutable: about.isExecutable, at: { disk.sealing($0, $1.number) }, fill)
        } catch let failure as SystemFailure {
            if failure.code == EBUSY {
                throw SlotFailure(Tampering("the memory of \(about.name)", "somebody else has it mapped for writing"))
            }
            throw SlotFailure(.environment, "MemoryUnavailable", "\(failure)")
        }
        var digester = Digester(digest.algorithm)
        try memory.read { digester.update($0) }
        disk.sealing(.checked, memory.descriptor.number)
        guard digester.digest == digest, digester.count == about.size else {
            throw SlotFailure(
                Tampering("the memory of \(about.name)", "found \(digester.digest), wanted \(digest): it was changed before it was sealed"))
        }
        return File(about: about, memory: memory)
    }
}

extension ModuleIdentity {
    /// As hosts are told.
    init(_ installed: InstalledRevision) {
        self.init(
            revision: "\(installed.namespace)/\(installed.revision)", version: installed.version, digest: installed.digest,
            configHash: installed.configHash)
    }
}
