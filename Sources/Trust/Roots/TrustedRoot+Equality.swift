extension TrustedRoot: Hashable {
    /// Roots are what their documents say.
    package static func == (left: TrustedRoot, right: TrustedRoot) -> Bool { left.digest == right.digest }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
