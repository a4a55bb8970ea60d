import Rollout

/// What the registry told of a revision's signatures, under the policies as they are.
enum SignatureLook: Sendable, Hashable {
    /// Nothing, or not all that the revision pins: what is kept has to do.
    case unreachable
    /// What there is satisfies the policies, and is kept now.
    case accepted
    /// All of what there is does not satisfy these policies.
    case disproved(Refusal, policies: [String])
}
