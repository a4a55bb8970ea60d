extension [Condition] {
    /// The condition of a type.
    public subscript(type: String) -> Condition? { first { $0.type == type } }

    /// Sets a condition by its type. `lastTransitionTime` moves only when the status does.
    /// - Returns: whether anything changed: if not, there is nothing to write.
    @discardableResult
    public mutating func set(_ condition: Condition) -> Bool {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            append(condition)
            return true
        }
        var new = condition
        if self[index].status == condition.status { new.lastTransitionTime = self[index].lastTransitionTime }
        guard self[index] != new else { return false }
        self[index] = new
        return true
    }

    /// Takes the condition of a type away.
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func remove(_ type: String) -> Bool {
        let before = count
        removeAll { $0.type == type }
        return count != before
    }

    /// Whether the condition is true, and says so of this generation of the object or a later one.
    /// - Parameter generation: the object's `metadata.generation`; nil asks for none.
    public func isTrue(_ type: String, of generation: Int64? = nil) -> Bool {
        guard let condition = self[type], condition.status == .isTrue else { return false }
        guard let generation else { return true }
        return (condition.observedGeneration ?? 0) >= generation
    }
}
