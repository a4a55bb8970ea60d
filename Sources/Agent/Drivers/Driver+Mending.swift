extension Driver {
    /// Does something with a version that was verified and staged once; stages it again, once, when the driver has lost it, does not know it, or
    /// finds it changed.
    func mending<Result>(
        _ installed: InstalledRevision, _ verifier: RevisionVerifier, _ store: ContentStore, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let failure as SlotFailure where failure.kind == .environment && failure.isMendedByStaging {
            try await stage(try await verifier.recall(installed), from: store)
            return try await body()
        }
    }
}

extension SlotFailure {
    fileprivate var isMendedByStaging: Bool { reason == Self.missing || reason == Self.tampered }
}
