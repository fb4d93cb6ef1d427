// Trains the quickstart's model with a reward of our own beside the accuracy: short answers earn more.
// Run it from the top of the repository: dotnet run -c Release --project samples/OwnReward
using Ghpo.Metrics;
using Ghpo.Rewards;
using Ghpo.Training;
using Ghpo.Training.Recipes;

var reward = $"{typeof(OwnReward.Brevity).FullName}, {typeof(OwnReward.Brevity).Assembly.Location}";
var recipe = RecipeReader.Read<Recipe>("recipes/quickstart.yaml", [$"reward_funcs=[accuracy, '{reward}']", "reward_weights=[1.0, 0.2]"]);
var summary = await TrainingRun.Begin(recipe with { Name = "own-reward" }, new Reporters()).ExecuteAsync();
Console.WriteLine($"{summary.Before!.Mean:P0} -> {summary.After!.Mean:P0} in {summary.Seconds:F0} s, see runs/{summary.Name}");

namespace OwnReward
{
    /// <summary>1 for an empty completion, 0 at 32 tokens.</summary>
    public sealed class Brevity : IRewardFunction
    {
        public string Name => "brevity";

        public double? Score(RewardInput input) => 1 - input.Completion.Ids.Length / 32.0;
    }
}
