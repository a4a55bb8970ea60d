extension RegistryClient {
    /// The mirrors that may be asked now, in order.
    private func mirrors(of registry: String, _ repository: String, forTags: Bool) -> [Endpoint] {
        let mirrors = configuration.mirrors[registry] ?? configuration.mirrors["*"] ?? []
        let now = configuration.timing.now()
        return mirrors.filter { (!forTags || $0.resolvesTags) && $0.registry != registry && !mirrorRest.isResting($0.registry, now: now) }
            .map { $0.endpoint(of: repository) }
    }

    /// Reads from the first place that has it: each mirror once, then the registry itself as often as its failures may pass.
    ///
    /// A mirror's failure is never the result: the registry's answer counts.
    /// - Parameter forTags: only mirrors that are trusted with tags are asked.
    func reading<Result>(
        _ repository: Repository, forTags: Bool, _ operation: (Endpoint) async throws -> Result
    ) async throws -> Result {
        var failures: [String] = []
        for mirror in mirrors(of: repository.registry, repository.name, forTags: forTags) {
            do {
                return try await operation(mirror)
            } catch let error as OCIError {
                mirrorRest.note(error, of: mirror.registry, now: configuration.timing.now())
                failures.append(error.message)
            }
        }
        do {
            return try await retrying { try await operation(repository.endpoint) }
        } catch let error as OCIError { throw error.after(failures) }
    }

    /// Where a blob is read, in order; the last is the registry itself.
    func endpoints(for repository: Repository) -> [Endpoint] {
        mirrors(of: repository.registry, repository.name, forTags: false) + [repository.endpoint]
    }
}

extension OCIError {
    /// Says also what went wrong at mirrors before.
    func after(_ failures: [String]) -> OCIError {
        guard !failures.isEmpty else { return self }
        var error = self
        error.message += " (before, at a mirror: \(failures.joined(separator: "; ")))"
        return error
    }
}
