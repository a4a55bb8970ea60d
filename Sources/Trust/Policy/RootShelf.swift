/// Trust roots by the names that policies know them by, each read once. One that can't be had is a problem of the policies that name it,
/// and no other root takes its place.
package struct RootShelf: Sendable {
    /// What a root was found to hold.
    package enum Content: Sendable, Hashable {
        /// A `trusted_root.json`.
        case bytes([UInt8])
        /// Why there is nothing.
        case missing(String)
    }

    private let roots: [String: Result<TrustedRoot, PolicyProblem>]

    package static let empty = RootShelf([])

    package init(_ contents: [(name: String, content: Content)]) {
        var roots: [String: Result<TrustedRoot, PolicyProblem>] = [:]
        for (name, content) in contents {
            switch content {
            case .missing(let why): roots[name] = .failure(PolicyProblem("TrustRoot \(name): \(why)"))
            case .bytes(let bytes):
                do {
                    roots[name] = .success(try TrustedRoot(json: bytes))
                } catch {
                    roots[name] = .failure(PolicyProblem("TrustRoot \(name): \(error)"))
                }
            }
        }
        self.roots = roots
    }

    func root(named name: String) throws(PolicyProblem) -> TrustedRoot {
        guard let found = roots[name] else {
            throw PolicyProblem("there is no TrustRoot \(name); create it, or name one of \(roots.keys.sorted().joined(separator: ", "))")
        }
        return try found.get()
    }
}
