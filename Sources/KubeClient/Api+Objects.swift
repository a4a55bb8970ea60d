public import KubeCore

extension Api {
    /// Deletes this very object, and no other that has its name by now. False when it is gone already.
    @discardableResult
    public func deleteIfPresent(_ object: Object, propagation: PropagationPolicy? = nil) async throws -> Bool {
        let options = DeleteOptions(preconditions: Preconditions(uid: object.metadata.uid), propagation: propagation)
        do { return try await beside(object).deleteIfPresent(object.metadata.name, options) } catch let error as KubeError
            where error.code == .conflict
        { return false }
    }

    private func beside(_ object: Object) -> Api { object.metadata.namespace.map { scoped(to: $0) } ?? self }
}
