import GraftAPI
import JSON
import KubeCore
import ProgramOptions
import Testing

@testable import Commands

@Suite("graft undo")
struct UndoTests {
    private let deployment = ModuleDeployment(metadata: ObjectMeta(name: "web", namespace: "n"), spec: ModuleDeploymentSpec())

    private func revision(_ number: Int, _ outcome: ModuleRevisionStatus.Outcome, config: JSON? = nil) -> ModuleRevision {
        var spec = ModuleRevisionSpec()
        spec.number = number
        spec.version = "1.\(number).0"
        spec.source = "registry.example/web:1.\(number).0"
        spec.config = config
        var revision = ModuleRevision(metadata: ObjectMeta(name: "web-\(number)", namespace: "n"), spec: spec)
        revision.status.outcome = outcome
        return revision
    }

    @Test("Without a number it goes to the last good revision before the current one")
    func lastGood() throws {
        let revisions = [revision(4, .unproven), revision(3, .bad), revision(2, .good), revision(1, .good)]
        let goal = try UndoCommand.goal(of: deployment, among: revisions, abandoning: revisions[0], number: nil)
        #expect(goal.spec.number == 2)
    }

    @Test("A number that does not exist is refused with those that do")
    func unknownNumber() throws {
        let error = try #require(throws: CommandError.self) {
            try UndoCommand.goal(of: deployment, among: [revision(2, .good), revision(1, .good)], abandoning: nil, number: 7)
        }
        #expect(error.description == "n/web: no revision 7; there are 2, 1")
    }

    @Test("Without a number it goes back only, never forward to what is newer")
    func neverForward() throws {
        let revisions = [revision(3, .good), revision(2, .good), revision(1, .good)]
        let goal = try UndoCommand.goal(of: deployment, among: revisions, abandoning: revisions[1], number: nil)
        #expect(goal.spec.number == 1)
        #expect(throws: CommandError.self) {
            try UndoCommand.goal(of: deployment, among: revisions, abandoning: revisions[2], number: nil)
        }
    }

    @Test(
        "To what was given up it says why nothing would load it, and what to do", arguments: [ModuleRevisionStatus.Outcome.bad, .rejected])
    func condemned(outcome: ModuleRevisionStatus.Outcome) throws {
        var bad = revision(2, outcome)
        bad.status.message = "1 of 1 updated host failed."
        let error = try #require(throws: CommandError.self) {
            try UndoCommand.goal(of: deployment, among: [revision(3, .good), bad], abandoning: revision(3, .good), number: 2)
        }
        #expect(
            error.description
                == "n/web: revision 2, 1.2.0, is \(outcome.rawValue) and would not be loaded: 1 of 1 updated host failed; to have it tried "
                + "all the same, set spec.module to registry.example/web:1.2.0, and then graft retry web")
        let current = try #require(throws: CommandError.self) {
            try UndoCommand.goal(of: deployment, among: [revision(3, .good)], abandoning: revision(3, .good), number: 3)
        }
        #expect(current.description == "n/web: revision 3, 1.3.0, is what its manifest asks for already")
    }

    @Test("With nothing good to go back to, it says so")
    func nothingGood() {
        let current = revision(1, .good)
        #expect(throws: CommandError.self) {
            try UndoCommand.goal(of: deployment, among: [current], abandoning: current, number: nil)
        }
    }

    @Test("The patch sets reference and configuration back, takes a configuration away that was not there, and names what is rejected")
    func patch() {
        let patch = UndoCommand.patch(to: revision(1, .good), abandoning: revision(2, .good, config: ["a": 1]))
        #expect(
            patch == [
                "spec": ["module": "registry.example/web:1.1.0", "config": nil],
                "metadata": ["annotations": ["graft.dev/reject": "web-2"]],
            ])
        #expect(UndoCommand.patch(to: revision(1, .good), abandoning: revision(1, .good))["metadata"] == nil)
    }
}
