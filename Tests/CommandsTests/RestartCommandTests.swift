import GraftAPI
import KubeCore
import ProgramOptions
import Testing

@testable import Commands

@Suite("graft restart")
struct RestartCommandTests {
    private func deployment(_ id: String, _ kind: RolloutStatus.Kind, _ state: RolloutStatus.State, cause: RolloutStatus.Cause? = nil)
        -> ModuleDeployment
    {
        var deployment = ModuleDeployment(metadata: ObjectMeta(name: "web", namespace: "n"), spec: ModuleDeploymentSpec())
        var rollout = RolloutStatus()
        (rollout.id, rollout.kind, rollout.state, rollout.cause) = (id, kind, state, cause)
        deployment.status.rollout = rollout
        deployment.status.stable = RevisionReference(revision: "web-1", digest: "sha256:1", version: "1.0.0")
        deployment.status.message = "So it is."
        return deployment
    }

    @Test("names the last rollout, when it is over")
    func last() throws {
        #expect(try RestartCommand.last(of: deployment("web-1-3", .steps, .complete)).id == "web-1-3")
        #expect(try RestartCommand.last(of: deployment("web-1-4", .restart, .complete)).id == "web-1-4")
    }

    @Test("is refused with a reason while something moves, was given up, or was never delivered")
    func refused() throws {
        var error = try #require(throws: CommandError.self) { try RestartCommand.last(of: deployment("web-2-1", .steps, .running)) }
        #expect(error.description.hasPrefix("n/web: rollout web-2-1 is in progress; restart when it is over"))
        error = try #require(throws: CommandError.self) { try RestartCommand.last(of: deployment("web-2-1", .initial, .held)) }
        #expect(error.description == "n/web: rollout web-2-1 was given up: So it is.")
        var empty = deployment("web-1-1", .initial, .complete)
        empty.status.stable = nil
        error = try #require(throws: CommandError.self) { try RestartCommand.last(of: empty) }
        #expect(error.description.contains("nothing was delivered yet"))
    }

    @Test("waits until it is over, and says when not every host has done it")
    func progress() {
        let progress = RestartProgress(after: "web-1-3")
        var waiting = deployment("web-1-3", .steps, .complete)
        waiting.metadata.annotations[GraftAPI.restartAnnotation] = "web-1-3"
        #expect(progress.look(at: waiting) == .goesOn)
        #expect(progress.look(at: deployment("web-1-4", .restart, .running)) == .goesOn)
        #expect(progress.look(at: deployment("web-1-4", .restart, .complete)) == .isDone)
        #expect(progress.look(at: deployment("web-1-5", .return, .running, cause: .restartEnded)) == .goesOn)
        var ended = deployment("web-1-5", .return, .complete, cause: .restartEnded)
        ended.status.rollout?.reason = "1 of 3 updated hosts failed."
        #expect(progress.look(at: ended) == .isOver("the restart was ended. 1 of 3 updated hosts failed."))
        #expect(progress.look(at: deployment("web-2-1", .steps, .running)) == .isOver("rollout web-2-1 has begun since: So it is."))
        #expect(
            progress.look(at: deployment("web-1-3", .steps, .complete))
                == .isOver("the restart meant nothing; its events say why: So it is."))
    }
}
