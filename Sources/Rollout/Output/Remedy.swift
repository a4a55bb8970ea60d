/// What would move a deployment that is where it is for a reason: the last column of the table of reasons in docs/rollout.md.
package enum Remedy {
    /// Nil: none of the engine's reasons; the message itself says what to do.
    package static func of(_ reason: String) -> String? { byReason[reason] }

    package static let byReason: [String: String] = [
        "Delivered": "nothing; there is nothing to do",
        "Resolving": "it goes on by itself",
        "RollingOut": "it goes on by itself",
        "RollingBack": "it goes on by itself",
        "Restarting": "it goes on by itself; `graft abort` ends it",
        "StepPaused": "its time, where it has one, or `graft promote`",
        "ApprovalNeeded": "`graft approve` by one of them",
        "DeadlineExceeded": "`graft promote` or `graft abort`",
        "Analysing": "its measurements, or `graft promote`",
        "VerdictNeeded": "the answer of the system that it names, or `graft promote`",
        "SamplesNeeded": "traffic, or `graft promote`",
        "AnalysisInconclusive": "`graft promote` or `graft abort`",
        "WaitsForSignature": "the signature that the message names; it is found by itself",
        "Distrusted": "sign it, deliver another version, or correct the policy",
        "Preflight": "hosts that answer, or its time",
        "PreflightFailed": "mend, hold or deselect the hosts it names; `graft promote` goes on without them",
        "Paused": "`graft resume`",
        "NoHosts": "a host that registers, or comes back",
        "NoActiveCanary": "hosts, or the deadline",
        "EnvironmentFailure": "mend, hold or remove them; it goes on by itself",
        "FleetUnhealthy": "hosts that come back",
        "FreezeWindow": "its end, or `graft promote --override-freeze --reason`",
        "BudgetExhausted": "others that are done, or a larger budget",
        "NeedUnmet": "the modules that the message names, on those hosts",
        "IncompatibleHosts": "upgrade, hold or deselect it, or another version",
        "SlotConflict": "another slot, or another selector",
        "RolledBack": "another version, or `graft retry`",
        "Rejected": "another version, or `graft retry`",
        "Quarantined": "another version, or delete the `ModuleQuarantine`",
        "NoRollbackTarget": "another version, or `graft retry`",
    ]
}
