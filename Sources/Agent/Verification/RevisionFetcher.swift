package import GraftAPI
import JSON
import KubeCore
import OCI
package import Trust
package import Verification

/// Brings a revision's artifact and its pinned signatures from a registry into the store, by digest.
package struct RevisionFetcher: Sendable {
    package let store: ContentStore
    package let artifacts: any ArtifactLocator
    /// Bytes of all files of one artifact.
    package let limit: Int

    package init(store: ContentStore, artifacts: any ArtifactLocator, limit: Int) {
        self.store = store
        self.artifacts = artifacts
        self.limit = limit
    }

    /// - Parameters:
    ///   - wanted: what the plan names; the revision must be just that.
    ///   - policies: held against it before anything is fetched: a tenant that may not deliver here makes us call nobody.
    /// - Throws: `SlotFailure`, `OCIError`, `FileError`.
    package func fetch(
        _ revision: ModuleRevision, wanted: RevisionReference, hostClass: String, slot: String, policies: PolicySet
    ) async throws -> InstalledRevision {
        let spec = revision.spec
        try check(revision, wanted, hostClass, slot)
        let root = try Digest(parsing: spec.digest)
        let reference = try Reference(parsing: spec.source)
        let installed = InstalledRevision(
            namespace: revision.metadata.namespace ?? "", revision: revision.metadata.name, digest: spec.digest,
            configHash: spec.configHash, version: spec.version)
        let delivery = Delivery(namespace: installed.namespace, class: hostClass, slot: slot, repository: reference.canonicalName)
        if let failure = policies.tenancy(delivery).failure { throw SlotFailure(.environment, "NotTrusted", "\(failure)") }
        let source = artifacts.source(of: reference.pinned(to: root))
        try await store.withoutCollection {
            let (manifest, blobs) = try await receive(root, from: source)
            // Those that were found later count as those that it was made with.
            let signatures = try (spec.signatures + revision.status.signatures).map { try Digest(parsing: $0.digest) }
            let evidence = try await receive(signatures: signatures, from: source)
            try store.put(
                StoredRevision(
                    installed: installed, hostClass: hostClass, slot: slot, repository: reference.canonicalName, config: spec.config,
                    manifest: manifest, signatures: signatures, blobs: blobs + evidence))
        }
        return installed
    }

    private func check(_ revision: ModuleRevision, _ wanted: RevisionReference, _ hostClass: String, _ slot: String) throws {
        func differs(_ field: String, _ found: String, _ wanted: String) -> SlotFailure {
            SlotFailure(
                .environment, "RevisionMismatch",
                "ModuleRevision \(revision.metadata.name): \(field): found \(found), wanted \(wanted); the plan asks for something else")
        }
        let spec = revision.spec
        guard spec.digest == wanted.digest else { throw differs("spec.digest", spec.digest, wanted.digest) }
        guard spec.hostClass == hostClass else { throw differs("spec.class", spec.hostClass, hostClass) }
        guard spec.slot == slot else { throw differs("spec.slot", spec.slot, slot) }
        let hash = ConfigHash.of(spec.config)
        guard spec.configHash == hash else { throw differs("spec.configHash", spec.configHash, "\(hash), the hash of spec.config") }
    }

    /// The module, down to its files. Returns its manifest and all blobs it is made of.
    private func receive(_ root: Digest, from source: any ArtifactSource) async throws -> (manifest: Digest, blobs: [Digest]) {
        let document = try await source.manifest(.digest(root))
        try store.put(document.bytes, as: root)
        var blobs = [root]
        if let index = document.index, let entry = index.entry(for: .current) {
            let chosen = try await source.manifest(.digest(entry.digest))
            try store.put(chosen.bytes, as: entry.digest)
            blobs.append(entry.digest)
        }
        let module = try await ModuleArtifact.find(.digest(root), in: StoredArtifact(store: store))
        guard module.size <= limit else {
            throw SlotFailure(
                .environment, "ArtifactTooLarge",
                "\(source.location)@\(root): its files have \(module.size) bytes, this host takes \(limit)")
        }
        try store.checkRoom(for: [module.config] + module.files.map(\.content))
        for content in [module.config] + module.files.map(\.content) {
            try await store.receive(content, from: source)
            blobs.append(content.digest)
        }
        return (module.manifest.digest, blobs)
    }

    func receive(signatures: [Digest], from source: any ArtifactSource) async throws -> [Digest] {
        var blobs: [Digest] = []
        for digest in signatures {
            let document = try await source.manifest(.digest(digest))
            try store.put(document.bytes, as: digest)
            blobs.append(digest)
            // What is more than that does not count when it is verified.
            let layers = document.manifest?.layers.filter { SignatureLayer.isProof($0.mediaType) } ?? []
            for layer in layers.prefix(SignatureLimits.layers) where layer.size <= SignatureLimits.bytes {
                try await store.receive(layer, from: source)
                blobs.append(layer.digest)
            }
        }
        return blobs
    }
}
