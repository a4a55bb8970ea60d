package import GraftAPI

/// How far policies let a revision go, and what it takes to go further.
package struct WeightAllowance: Sendable, Hashable {
    package var weight: Weight
    /// Says whose signature is missing, and how to add it.
    package var refusal: Refusal

    package init(weight: Weight, refusal: Refusal) {
        self.weight = weight
        self.refusal = refusal
    }
}

/// What policies want done where hosts run what they refuse: that hosts leave it, so many at a time.
package struct Withdrawal: Sendable, Hashable {
    /// One for each policy that says so.
    package var limits: [CountOrShare]
    /// What is known of the revision's signatures does not tell yet, and more is being looked for: until then nothing moves.
    package var isPending: Bool

    package init(limits: [CountOrShare], isPending: Bool = false) {
        self.limits = limits
        self.isPending = isPending
    }

    /// The one that allows the fewest of so many hosts.
    func limit(of hosts: Int) -> CountOrShare? { limits.min { $0.count(of: hosts) < $1.count(of: hosts) } }
}

extension Refusal {
    /// It was accepted once, and policies accept it no more.
    package static let distrusted = "Distrusted"
    /// It may go on, and no further before somebody else has signed.
    package static let waitsForSignature = "WaitsForSignature"
}
