import Glibc
import GraftAPI
import Harness
import JSON
import KubeCore
import OCI
import Testing
import Trust
import Verification

@testable import Agent

/// One host whose slot goes from one version to another and back, from the registry to the probe, while somebody changes files.
struct SwapBench {
    struct Version: Sendable {
        var revision: ModuleRevision
        var reference: RevisionReference
        var bytes: [UInt8]
    }

    let attack: SwapAttack
    let swapper: Swapper
    let host: SwapHost
    let driver: DirectoryDriver
    let flow: SwapFlow
    let versions: [Version]
    let directory: String

    init(_ attack: SwapAttack, covers: Bool, directory: String, shelf: FallibleShelf, versions: [Version]) throws {
        self.attack = attack
        self.directory = directory
        self.versions = versions
        let target = SwapTarget()
        swapper = Swapper(
            covers: covers, concerns: { path in target.site.map { attack.concerns(path, $0) } ?? false },
            attack: { target.site.flatMap { attack.strike($0) } })
        self.target = target
        host = SwapHost(slotDirectory: "\(directory)/modules/net/filter", swapper: swapper)
        driver = try DirectoryDriver(
            slot: "net/filter", settings: LinkedHost.settings("\(directory)/modules"), disk: swapper.disk, transport: host)
        flow = try SwapFlow(driver: driver, directory: directory, shelf: shelf, disk: swapper.disk)
        try Disk.real.makeDirectories("\(directory)/scratch")
        try Disk.real.makeDirectories("\(directory)/modules")
    }

    private let target: SwapTarget

    static func policies(_ shelf: FallibleShelf) -> PolicySet {
        var spec = VerificationPolicySpec()
        spec.match = PolicyMatch(
            namespaces: ["payments"], classes: ["edge-proxy"], slots: ["net/*"], repositories: ["registry.example/**"])
        spec.authorities = [PolicyAuthority(name: "release", key: AuthorityKey(data: shelf.key.publicKey.pem))]
        return PolicySet([VerificationPolicy(metadata: ObjectMeta(name: "release"), spec: spec, status: NoStatus())])
    }

    /// Pushes and signs a version with a configuration.
    static func publish(_ name: String, on shelf: FallibleShelf) async throws -> Version {
        let bytes = Array("the code of \(name)".utf8)
        let digests = try await shelf.push(name, files: [("libfilter.so", .bytes(bytes))]) {
            $0["configSchema"] = ["type": "object", "properties": ["greeting": ["type": "string"]]]
        }
        var spec = ModuleRevisionSpec()
        spec.source = "\(FallibleShelf.repository):\(name)"
        spec.digest = digests.module
        spec.config = ["greeting": "salve"]
        spec.configHash = ConfigHash.of(spec.config)
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.version = name
        spec.signatures = [SignatureReference(digest: digests.signature)]
        let revision = ModuleRevision(
            metadata: ObjectMeta(name: "filter-\(name)", namespace: "payments"), spec: spec, status: ModuleRevisionStatus())
        let reference = RevisionReference(revision: "filter-\(name)", digest: digests.module, version: name)
        return Version(revision: revision, reference: reference, bytes: bytes)
    }

    func deliver(_ version: Version) async throws { try await flow.deliver(version) }

    func installed(_ version: Version) -> InstalledRevision { flow.installed(version) }

    /// Goes back to what was there before, again when somebody strikes just then.
    func goBack(to version: Version) async throws {
        let installed = installed(version)
        for attempt in 1...3 {
            do {
                return try await driver.mending(installed, flow.verifier, flow.store) { try await driver.revert(to: installed) }
            } catch let failure as SlotFailure where attempt < 3 && failure.kind == .environment {}
        }
    }

    /// The other version is only in the store, and the attacker has prepared its files.
    func prepare(for version: Version, keeping before: Version) async throws {
        try await driver.retain([installed(before)])
        let name = DirectoryDriver.directoryName(of: installed(version))
        let slot = "\(directory)/modules/net/filter"
        let evil = "\(directory)/scratch/evil/filter"
        let bytes = Array("the evil of \(version.revision.spec.version)".utf8)
        try Disk.real.removeTree("\(directory)/scratch")
        try Disk.real.makeDirectories("\(evil)/versions/\(name)")
        let config: JSON = ["greeting": "havoc"]
        let about: JSON = ["version": .string(version.revision.spec.version), "digest": .string(version.revision.spec.digest)]
        for (file, content) in [
            ("libfilter.so", bytes), ("graft.json", about.bytes()), ("config.json", config.bytes()),
        ] {
            try Disk.real.replace("\(evil)/versions/\(name)/\(file)", with: content)
        }
        symlink("versions/\(name)", "\(evil)/current")
        let spec = version.revision.spec
        target.set(
            SwapAttack.Site(
                blob: flow.store.path(of: Digest(of: version.bytes)), manifest: flow.store.path(of: try Digest(parsing: spec.digest)),
                signature: flow.store.path(of: try Digest(parsing: spec.signatures[0].digest)),
                stored: "\(directory)/store/revisions/payments_\(version.revision.metadata.name).json", slot: slot, version: name,
                evil: evil,
                scratch: "\(directory)/scratch", evilBytes: bytes))
    }
}
