/// How urgent a key is, against others that are ready.
public enum WorkPriority: Int, Sendable, Comparable, CaseIterable {
    /// What was there at the start: a restart must not starve what happens now.
    case low
    /// What happens now.
    case normal
    /// Before everything else that is ready.
    case high

    public static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }
}
