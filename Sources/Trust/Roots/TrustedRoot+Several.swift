extension TrustedRoot {
    /// What the first root gives that vouches for all of it. Roots never complete each other, and which one it was stands in the evidence.
    package static func any<Result>(
        of roots: [TrustedRoot], _ body: (TrustedRoot) throws(VerificationFailure) -> Result
    ) throws(VerificationFailure) -> Result {
        var failures: [VerificationFailure] = []
        for root in roots {
            do {
                return try body(root)
            } catch {
                failures.append(error)
            }
        }
        throw failures.count == 1 ? failures[0] : .trustRootsFailed(failures)
    }

    /// A root that names nobody: for managed keys whose signatures are in no log.
    package static let empty = TrustedRoot(
        digest: "", certificateAuthorities: [], logs: [], certificateLogs: [], timestampAuthorities: [], skipped: [])
}
